"""How knowledge is found: encoder, vectors, words, fusion, snapshots, incremental build."""
