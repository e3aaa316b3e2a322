"""From what a customer wants to an order: the catalogue's names and prices, merged lines, totals."""
