"""Orders: their document, their status machine, and every decision about them as a conditional write."""
