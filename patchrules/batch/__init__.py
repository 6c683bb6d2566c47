"""The same meaning as ``reference``, over Arrow: nothing is decided per row, only per distinct value."""
