"""Guards over the whole tree: layers, sizes, words, documents, packaging."""
