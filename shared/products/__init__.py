"""The catalogue: product documents, each change written with its event in one transactional batch."""
