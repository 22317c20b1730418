"""stub"""
def print_calibration(study, outcome):
    print('done')
