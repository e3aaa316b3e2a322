"""Product images: upload slots, the check and the resizing of what was uploaded, and where each image lies."""
