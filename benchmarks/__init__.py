"""cornu beside other frameworks: the same work, in turn, on the same machine (see README.md)."""
