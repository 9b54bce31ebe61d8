"""A local server that answers as Jobindsats v3 and StatBank v1 do, so that no key is needed."""
