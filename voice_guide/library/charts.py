"""What may stand in charts.yaml, and the charts it becomes."""

from typing import Annotated, Literal

from pydantic import Field

from voice_guide.library.document import Document
from voice_guide.library.shapes import Shape, Text
from voice_guide.pictures.chart import Charts, Frame, Landmark, View

Number = Annotated[float, Field(ge=-100, le=200, allow_inf_nan=False)]
Spot = tuple[Number, Number]
Box = tuple[Number, Number, Number, Number]


class LandmarkShape(Shape):
    """Something to feel or see."""

    at: Spot
    mark: Literal["cross", "bump", "ring", "none"] = "cross"
    label: str = ""
    text: Spot = (0.0, 0.0)
    anchor: Literal["start", "middle", "end"] = "start"
    both: bool = False


class FrameShape(Shape):
    """What part of another view is shown larger."""

    of: str
    box: Box


class ViewShape(Shape):
    """The right half of a picture."""

    title: Text
    axis: Number
    box: Box
    least: Annotated[float, Field(gt=0, le=100)]
    outline: list[list[Spot]]
    lines: list[list[Spot]]
    landmarks: dict[str, LandmarkShape]
    reach: float = float("inf")
    facing: bool = False
    aside: Spot | None = None
    frame: FrameShape | None = None

    def view(self) -> View:
        """As the value of the core."""
        values = self.model_dump(exclude={"landmarks", "frame", "outline", "lines"})
        return View(
            **values,
            outline=tuple(map(tuple, self.outline)),
            lines=tuple(map(tuple, self.lines)),
            landmarks={name: Landmark(**landmark.model_dump()) for name, landmark in self.landmarks.items()},
            frame=Frame(**self.frame.model_dump()) if self.frame else None,
        )


class ChartsShape(Shape):
    """charts.yaml."""

    views: dict[str, ViewShape]
    places: dict[str, dict[str, Spot | Box]]


def read_charts(document: Document) -> Charts:
    """The charts; raises RoutineError with a line for every fault."""
    shape = document.read_as(ChartsShape)
    return Charts({name: view.view() for name, view in shape.views.items()}, shape.places)
