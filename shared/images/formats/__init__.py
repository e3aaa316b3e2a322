"""Reading the structure of picture files without decoding a pixel: type, size, frames, metadata, where they end."""
