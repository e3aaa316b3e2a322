"""Models of the wire: request bodies, query parameters, and what is answered."""
