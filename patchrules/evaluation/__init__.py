"""One host by reference, a fleet by batch."""
