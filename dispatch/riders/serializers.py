"""What the API of the volunteer force takes and gives, for checking input and for the schema."""

from rest_framework import serializers

from dispatch.models_riders import FURTHEST_M, NEAREST_M
from dispatch.riders.hazards import CODES
from dispatch.riders.lifecycle import Help, Part, Why
from dispatch.serializers import LARGEST_ID, Instant
from dispatch.services.rider_help import LONGEST_MIN, MOST_WANTED, SHORTEST_MIN
from incidents.serializers import CRS, Degrees, Line


class PlacedInput(serializers.Serializer):
    lon = Degrees(min_value=-180, max_value=180)
    lat = Degrees(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")


class HazardInput(PlacedInput):
    """One tap: an icon, a photo, a place."""

    uuid = serializers.UUIDField(help_text="made by the phone: sending twice reports once")
    hazard = serializers.ChoiceField(choices=CODES)
    photo = serializers.FileField()
    photo_uuid = serializers.UUIDField()
    text = Line(max_length=500, required=False, allow_blank=True, default="")
    found_at = Instant(required=False, allow_null=True, default=None)


class AgreeInput(serializers.Serializer):
    """The rider's own word on help nearby."""

    helps_nearby = serializers.BooleanField()
    radius_m = serializers.IntegerField(
        min_value=NEAREST_M, max_value=FURTHEST_M, required=False, allow_null=True, default=None
    )


class RiderDutyInput(serializers.Serializer):
    on_duty = serializers.BooleanField()


class RiderPositionInput(PlacedInput):
    fix_at = Instant(required=False, allow_null=True, default=None)


class RiderFinishInput(serializers.Serializer):
    did = Line(max_length=200)
    people = serializers.IntegerField(min_value=0, max_value=50, required=False, default=1)


class AskRidersInput(serializers.Serializer):
    """Ask the riders nearby; refused for levels Ⅰ and Ⅱ."""

    uuid = serializers.UUIDField(help_text="made by the console: pressing twice asks once")
    text = Line(max_length=200, help_text="what is asked of them; no names, no telephone numbers")
    wanted = serializers.IntegerField(min_value=1, max_value=MOST_WANTED, required=False, default=2)
    radius_m = serializers.IntegerField(min_value=NEAREST_M, max_value=FURTHEST_M, required=False, default=1_000)
    minutes = serializers.IntegerField(min_value=SHORTEST_MIN, max_value=LONGEST_MIN, required=False, default=15)


class DelayNoteInput(serializers.Serializer):
    """A certificate of delay: for help given (`part`), for a report (`report`), or by hand."""

    uuid = serializers.UUIDField(help_text="made by the client: pressing twice issues once")
    rider = serializers.IntegerField(min_value=1, max_value=LARGEST_ID)
    part = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None)
    report = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None)
    begun_at = Instant()
    ended_at = Instant()
    place = Line(max_length=200)
    did = Line(max_length=300)


class BothNames(serializers.Serializer):
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class ScenePlace(serializers.Serializer):
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    address = serializers.CharField(allow_blank=True)


class HelpPartShape(serializers.Serializer):
    """One rider's part; `place` is there only while he comes."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    call = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Part.choices)
    why = serializers.ChoiceField(choices=Why.choices, allow_blank=True)
    text = serializers.CharField()
    category = BothNames()
    community = serializers.CharField(allow_blank=True)
    distance_m = serializers.IntegerField()
    wanted = serializers.IntegerField()
    taken = serializers.IntegerField()
    place = ScenePlace(allow_null=True)
    expires_at = serializers.DateTimeField()
    asked_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    did = serializers.CharField(allow_blank=True)
    people = serializers.IntegerField()


class HelpCallShape(serializers.Serializer):
    """A request to the riders near an incident."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    incident = serializers.IntegerField()
    case_no = serializers.CharField()
    status = serializers.ChoiceField(choices=Help.choices)
    text = serializers.CharField()
    wanted = serializers.IntegerField()
    taken = serializers.IntegerField()
    radius_m = serializers.IntegerField()
    asked_by = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)
    why = serializers.ChoiceField(choices=Why.choices, allow_blank=True)


class AskedShape(HelpCallShape):
    near = serializers.IntegerField(help_text="how many riders have been asked")


class RiderReportShape(serializers.Serializer):
    """A report and what became of it."""

    id = serializers.IntegerField()
    hazard = serializers.CharField()
    case_no = serializers.CharField()
    category = BothNames()
    joined = serializers.BooleanField()
    police = serializers.BooleanField()
    found_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField()
    became = serializers.CharField(help_text="looking, accepted, solved or not_filed")
    solved = serializers.BooleanField(help_text="it helped to solve a case")


class RiderShape(serializers.Serializer):
    """A rider as the centre sees him."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    vest_no = serializers.CharField()
    nickname = serializers.CharField()
    name = serializers.CharField()
    platform = serializers.CharField()
    station = serializers.CharField(allow_blank=True)
    area = serializers.CharField(allow_blank=True)
    phone_masked = serializers.CharField(allow_blank=True)
    helps_nearby = serializers.BooleanField()
    radius_m = serializers.IntegerField()
    on_duty_since = serializers.DateTimeField(allow_null=True)
    joined_at = serializers.DateTimeField()
    paused_at = serializers.DateTimeField(allow_null=True)


class DelayNoteShape(serializers.Serializer):
    """A certificate of delay."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    number = serializers.CharField()
    code = serializers.CharField()
    rider = serializers.IntegerField()
    begun_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField()
    place = serializers.CharField()
    did = serializers.CharField()
    issued_by = serializers.CharField()
    issued_at = serializers.DateTimeField()
    voided_at = serializers.DateTimeField(allow_null=True)


class RiderPhoneShape(serializers.Serializer):
    phone = serializers.CharField()


class HonourLineShape(serializers.Serializer):
    rank = serializers.IntegerField()
    vest_no = serializers.CharField()
    nickname = serializers.CharField()
    reports = serializers.IntegerField()
    helps = serializers.IntegerField()
    people = serializers.IntegerField()


class ForceShape(serializers.Serializer):
    """The four counters of the street and the honour list of a month."""

    cases = serializers.IntegerField()
    people = serializers.IntegerField()
    hazards = serializers.IntegerField()
    riders = serializers.IntegerField()
    month = serializers.CharField()
    honour = HonourLineShape(many=True)
