"""What the API of inspections takes and gives, for checking input and for the schema."""

from rest_framework import serializers

from incidents.serializers import CRS, Degrees, Finite, Line
from worksites.lifecycle import Fix, Phase
from worksites.models import Evidence, ItemResult, Signature

LARGEST_ID = 2**62


class Instant(serializers.DateTimeField):
    """An instant that a working clock can show."""

    def to_internal_value(self, value):
        at = super().to_internal_value(value)
        if not 2000 <= at.year < 2100:
            raise serializers.ValidationError("between the years 2000 and 2100")
        return at


class Id(serializers.IntegerField):
    """The number of a row."""

    def __init__(self, **kwargs):
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)


class BeginInput(serializers.Serializer):
    """A visit begins: the code was shown, two inspectors at least are there."""

    uuid = serializers.UUIDField(help_text="made by the phone: sending twice begins once")
    site = Id()
    conduct_code = Line(max_length=40)
    code_shown_at = Instant()
    started_at = Instant()
    inspectors = serializers.ListField(child=Id(), min_length=1, max_length=10)
    phase = serializers.ChoiceField(choices=Phase.choices, required=False, allow_blank=True, default="")
    recheck = serializers.BooleanField(required=False, default=False)
    lon = Degrees(min_value=-180, max_value=180, required=False, allow_null=True, default=None)
    lat = Degrees(min_value=-90, max_value=90, required=False, allow_null=True, default=None)
    replaces = serializers.UUIDField(required=False, allow_null=True, default=None)
    needs = serializers.ListField(
        child=Id(), required=False, default=list, max_length=60, help_text="needs of departments that the phone knew of"
    )
    checklist = Id(required=False, allow_null=True, default=None, help_text="the version that the phone had kept")


class ResultInput(serializers.Serializer):
    """What was seen of one item."""

    item = Id()
    result = serializers.ChoiceField(choices=ItemResult.Result.choices)
    serious = serializers.BooleanField(required=False, default=False)
    note = Line(max_length=300, required=False, allow_blank=True, default="")
    at = Instant(required=False, allow_null=True, default=None)


class ResultsInput(serializers.Serializer):
    """What was seen so far."""

    results = ResultInput(many=True, max_length=200)


class PhotoInput(serializers.Serializer):
    """A photo of an item, with the place and the time of the shot."""

    uuid = serializers.UUIDField(help_text="made by the phone: sending twice stores once")
    item = Id()
    when = serializers.ChoiceField(choices=[Evidence.When.BEFORE.value, Evidence.When.AFTER.value])
    photo = serializers.FileField()
    lon = Degrees(min_value=-180, max_value=180, required=False, allow_null=True, default=None)
    lat = Degrees(min_value=-90, max_value=90, required=False, allow_null=True, default=None)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")
    shot_at = Instant(required=False, allow_null=True, default=None)


class RectificationInput(serializers.Serializer):
    """How a failed item is to be put right."""

    item = Id()
    uuid = serializers.UUIDField()
    fix = serializers.ChoiceField(choices=Fix.choices, required=False, allow_blank=True, default="")
    days = serializers.IntegerField(min_value=0, max_value=60, required=False, default=0)
    text = Line(max_length=300, required=False, allow_blank=True, default="")


class SignatureInput(serializers.Serializer):
    """A drawn signature, or a refusal with its reason and witness."""

    uuid = serializers.UUIDField()
    role = serializers.ChoiceField(choices=Signature.Role.choices)
    name = Line(max_length=30, required=False, allow_blank=True, default="")
    user = Id(required=False, allow_null=True, default=None)
    strokes = serializers.ListField(
        child=serializers.ListField(child=serializers.ListField(child=Finite(), max_length=2)),
        required=False, default=list, max_length=200,
    )  # fmt: skip
    refused_reason = Line(max_length=200, required=False, allow_blank=True, default="")
    witness = Line(max_length=30, required=False, allow_blank=True, default="")
    at = Instant(required=False, allow_null=True, default=None)


class LockInput(serializers.Serializer):
    """Everybody has signed."""

    ended_at = Instant()
    results = ResultInput(many=True, max_length=200)
    fixes = RectificationInput(many=True, required=False, max_length=200)
    photos = serializers.ListField(child=serializers.UUIDField(), required=False, default=list, max_length=600)
    signatures = SignatureInput(many=True, max_length=20)
    note = Line(max_length=2_000, required=False, allow_blank=True, default="")


class DropInput(serializers.Serializer):
    """Why a visit is given up."""

    reason = Line(max_length=200)


class InspectionShape(serializers.Serializer):
    """A sheet."""

    id = serializers.IntegerField()
    uuid = serializers.UUIDField()
    site = serializers.IntegerField()
    status = serializers.CharField()
    version = serializers.IntegerField()
    conduct_code = serializers.CharField()
    started_at = serializers.DateTimeField()
    locked_at = serializers.DateTimeField(allow_null=True)
    clean = serializers.BooleanField(allow_null=True)
    sha256 = serializers.CharField(allow_blank=True)


class PhotoShape(serializers.Serializer):
    """A stored photo."""

    uuid = serializers.UUIDField()
    sha256 = serializers.CharField()
