"""Habeas: a public, tamper-evident record of access requests and company answers.

The modules directly below this package are the pure core: no clock, network, database or
environment. Bytes, trust and ``now`` are arguments. A statement walks one way through it:
statement -> leaf -> checkpoint -> anchor -> bundle -> assessment.
"""
