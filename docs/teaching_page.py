"""The classroom in the browser: ``solara run docs/teaching_page.py``; docs/teaching.md says what it needs."""

from pathlib import Path

import mesa
import solara
from matplotlib.figure import Figure
from mesa.visualization import Slider, SolaraViz, make_plot_component
from mesa.visualization.utils import update_counter

import sim
from sim.engines.mesa.model import MesaEngine

CLASSROOM = Path(__file__).parents[1] / "scenarios" / "classroom.yaml"
PEOPLE = {"world.people": 8_000, "people.hispanic_share": 0.3, "people.noncitizen_share": 0.15}


class Classroom(MesaEngine):
    """Small counties, some of which join Secure Communities; a reset makes them anew from the sliders."""

    def __init__(self, sensitivity: float = 2.0, cooperation: float = 0.95, counties: float = 0.5, seed: int = 1):
        """Make the model as ``sim.mesa_model`` does."""
        dials = {"trust.sensitivity": sensitivity, "detainers.cooperation": cooperation}
        joining = {"programs.secure_communities.counties": counties}
        made = sim.mesa_model(CLASSROOM, {**PEOPLE, **dials, **joining}, seed=seed)
        super().__init__(made.setting, made.luck)
        books = {"occurred": "true_crime", "recorded": "recorded_crime"}
        self.datacollector = mesa.DataCollector({**books, "trust by cell": "trust_by_cell"})

    def step(self) -> None:
        """Run a month and note how it ended."""
        super().step()
        self.datacollector.collect(self)


@solara.component
def TrustByCell(model: Classroom) -> None:
    """Draw the trust of each neighbourhood's community over the months, a line each."""
    update_counter.get()  # drawn anew after each step
    axes = Figure().subplots()
    axes.plot(model.datacollector.get_model_vars_dataframe()["trust by cell"].tolist(), color="0.3", linewidth=0.7)
    axes.set(xlabel="Step", ylabel="Trust of the community, by cell", ylim=(0, 1.05))
    solara.FigureMatplotlib(axes.figure)


SLIDERS = {
    "sensitivity": Slider("Sensitivity to lost trust", 2.0, 0.0, 4.0, 0.5),
    "cooperation": Slider("Share of detainers honoured", 0.95, 0.0, 1.0, 0.05),
    "counties": Slider("Share of counties that join", 0.5, 0.0, 1.0, 0.25),
    "seed": Slider("Luck", 1, 1, 20, 1),
}
page = SolaraViz(
    Classroom(),
    components=[make_plot_component(["occurred", "recorded"]), TrustByCell],
    model_params=SLIDERS,
    name="Classroom",
)
