"""The release room: files for people, and the atomic swap. It formats; it computes no figure."""
