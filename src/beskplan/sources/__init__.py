"""One client a source: ask, check the answer's shape, hand it on."""
