"""stub"""
def write_calibration(study, outcome):
    from sim.analysis.calibration.tables import write_tables
    write_tables(study, outcome, study.folder)
