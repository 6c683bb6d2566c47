"""Bytes made safe, for the three doors."""
