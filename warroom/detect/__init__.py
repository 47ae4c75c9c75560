"""Records to findings: windows, detectors, calibration, explanation."""
