"""A virtual year of the daemon: invented portals, faults, crashes and clocks from one seed, and the judge.

`world` is what is true, `wire` what of it can be fetched, `machine` the daemon on its virtual clock, `receivers` who is
told, `judge` what is asked at the end.
"""
