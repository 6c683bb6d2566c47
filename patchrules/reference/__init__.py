"""The meaning, one host at a time: short, slow, obvious; ``docs/semantics.md`` follows it paragraph by paragraph."""
