"""What the API of transfers, escalations and the link takes and gives, for checking input and for the schema."""

from rest_framework import serializers

from dispatch.models import Reinforcement
from dispatch.police.lifecycle import Channel, Quality, ReturnReason, Transfer, Urgency
from dispatch.serializers import LARGEST_ID, Instant
from incidents.serializers import CRS, Degrees, Line

LARGEST_REV = 2**62


class Strict(serializers.Serializer):
    """Refuses fields it does not know: what the police know about persons must not slip in beside the rest."""

    def to_internal_value(self, data):
        if isinstance(data, dict) and (unknown := sorted(set(data) - set(self.fields))):
            raise serializers.ValidationError({str(name)[:60]: ["this field is not taken"] for name in unknown[:20]})
        return super().to_internal_value(data)


class OfferInput(Strict):
    """A non-police 110 call handed to the street. The caller is kept encrypted and shown masked."""

    police_no = serializers.RegexField(r"^[A-Za-z0-9-]{4,40}$", help_text="number of the call 接警单号")
    call_time = Instant()
    transfer_time = Instant(required=False, allow_null=True, default=None)
    channel = serializers.ChoiceField(choices=Channel.choices, required=False, default=Channel.ORDER.value)
    urgency = serializers.ChoiceField(choices=Urgency.choices, required=False, default=Urgency.NON_URGENT.value)
    alarm_code = serializers.RegexField(r"^[0-9]{5,6}$", help_text="110 category, e.g. 100600")
    address = Line(max_length=200)
    lon = Degrees(min_value=-180, max_value=180)
    lat = Degrees(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")
    description = Line(max_length=2_000, required=False, allow_blank=True, default="")
    caller_name = Line(max_length=40, required=False, allow_blank=True, default="")
    caller_phone = Line(max_length=24, required=False, allow_blank=True, default="")


class TakeInput(serializers.Serializer):
    category = Line(max_length=24, required=False, allow_blank=True, default="", help_text="JCZZ code; empty: by map")
    level = serializers.IntegerField(min_value=1, max_value=4, required=False, allow_null=True, default=None)


class GiveBackInput(serializers.Serializer):
    reason = serializers.ChoiceField(choices=ReturnReason.choices)
    note = Line(max_length=2_000, required=False, allow_blank=True, default="")


class FeedBackInput(serializers.Serializer):
    text = Line(max_length=2_000)


class SecondClosingInput(serializers.Serializer):
    found = Line(max_length=2_000)
    contacted = Line(max_length=2_000, required=False, allow_blank=True, default="")
    done = Line(max_length=2_000)
    remains = Line(max_length=2_000, required=False, allow_blank=True, default="")
    confirm_brief = serializers.BooleanField(required=False, default=False)


class JudgeInput(serializers.Serializer):
    quality = serializers.ChoiceField(choices=Quality.choices)
    note = Line(max_length=2_000, required=False, allow_blank=True, default="")


class CarInput(serializers.Serializer):
    unit = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None)
    nearest = serializers.BooleanField(
        required=False, default=False, help_text="without a unit and none ordered yet: the nearest free car"
    )


class WhyInput(serializers.Serializer):
    reason = Line(max_length=500)


class SaidInput(serializers.Serializer):
    text = Line(max_length=2_000, help_text="no personal data of persons known to the police")


class TransferIncident(serializers.Serializer):
    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    case_no = serializers.CharField()
    title = serializers.CharField()
    status = serializers.CharField()
    level = serializers.IntegerField()


class TransferShape(serializers.Serializer):
    """A transfer; instants are ISO 8601, `version` is the newest change of it or of its incident."""

    id = serializers.IntegerField()
    police_no = serializers.CharField()
    status = serializers.ChoiceField(choices=Transfer.choices)
    rev = serializers.IntegerField()
    version = serializers.IntegerField()
    offers = serializers.IntegerField()
    by_link = serializers.BooleanField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    urgency = serializers.ChoiceField(choices=Urgency.choices)
    alarm_code = serializers.CharField()
    alarm_name = serializers.CharField()
    caller_name_masked = serializers.CharField()
    caller_phone_masked = serializers.CharField()
    address = serializers.CharField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    description = serializers.CharField()
    call_time = serializers.DateTimeField()
    transfer_time = serializers.DateTimeField()
    offered_at = serializers.DateTimeField()
    accept_deadline = serializers.DateTimeField()
    accept_missed_at = serializers.DateTimeField(allow_null=True)
    accepted_by = serializers.CharField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    return_reason = serializers.CharField()
    return_note = serializers.CharField()
    returned_by = serializers.CharField(allow_null=True)
    returned_at = serializers.DateTimeField(allow_null=True)
    first_feedback = serializers.CharField()
    first_feedback_at = serializers.DateTimeField(allow_null=True)
    result = serializers.DictField(child=serializers.CharField())
    closed_at = serializers.DateTimeField(allow_null=True)
    quality = serializers.CharField()
    quality_note = serializers.CharField()
    judged_at = serializers.DateTimeField(allow_null=True)
    returned_by_district_at = serializers.DateTimeField(allow_null=True)
    second_closing_text = serializers.CharField()
    second_closed_at = serializers.DateTimeField(allow_null=True)
    incident = TransferIncident(allow_null=True)


class CallShape(serializers.Serializer):
    """A call for the police with what their desk has said."""

    id = serializers.IntegerField()
    incident = serializers.IntegerField()
    status = serializers.ChoiceField(choices=Reinforcement.Status.choices)
    reason = serializers.CharField()
    rule = serializers.CharField()
    requested_by = serializers.CharField(allow_null=True)
    requested_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)
    assignment = serializers.IntegerField(allow_null=True)
    car = serializers.CharField(allow_null=True, help_text="who is on the way or there; null: to be named")
    answered_by = serializers.CharField(allow_null=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    refusal = serializers.CharField()


class LineShape(serializers.Serializer):
    """How the line to the other side stands."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    on = serializers.BooleanField(help_text="false: our own police desk is all there is")
    down_since = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True)
    last_heard_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField()
    waiting = serializers.IntegerField()
    dead = serializers.IntegerField()


# ── the link: `rev` counts in the sender's own book, within one subject ──


class LinkOffer(OfferInput):
    rev = serializers.IntegerField(min_value=1, max_value=LARGEST_REV)


class LinkVerdict(Strict):
    police_no = serializers.RegexField(r"^[A-Za-z0-9-]{4,40}$")
    rev = serializers.IntegerField(min_value=1, max_value=LARGEST_REV)
    quality = serializers.ChoiceField(choices=Quality.choices)
    note = Line(max_length=2_000, required=False, allow_blank=True, default="")


class LinkAnswer(Strict):
    """What the police say to an escalation, whole: the newest `rev` counts."""

    subject = serializers.RegexField(r"^escalation:[0-9]{1,18}$")
    rev = serializers.IntegerField(min_value=1, max_value=LARGEST_REV)
    answer = serializers.ChoiceField(choices=["accepted", "refused", "noted"])
    car = Line(max_length=24, required=False, allow_blank=True, default="", help_text="code of a police unit")
    reason = Line(max_length=500, required=False, allow_blank=True, default="")
    note = Line(max_length=2_000, required=False, allow_blank=True, default="")


class LinkFix(Strict):
    lon = Degrees(min_value=-180, max_value=180)
    lat = Degrees(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")
    accuracy_m = Degrees(min_value=0, max_value=100_000)
    fix_at = Instant()
    speed_kmh = Degrees(min_value=0, max_value=2_000, required=False, allow_null=True, default=None)


class LinkCar(Strict):
    """One car: on duty or not, where it is, and what it did at the scene. An arrival follows from positions alone."""

    code = Line(max_length=24)
    on_duty = serializers.BooleanField(required=False, allow_null=True, default=None)
    fixes = serializers.ListField(child=LinkFix(), required=False, max_length=100, default=list)
    feedback = Line(max_length=2_000, required=False, allow_blank=True, default="", help_text="words from the scene")
    finished = serializers.BooleanField(required=False, default=False, help_text="done at the scene, free again")


class LinkCars(Strict):
    cars = serializers.ListField(child=LinkCar(), min_length=1, max_length=50)


class LinkAck(Strict):
    subject = Line(max_length=60)
    rev = serializers.IntegerField(min_value=1, max_value=LARGEST_REV)


class LinkAcks(Strict):
    acks = serializers.ListField(child=LinkAck(), min_length=1, max_length=500)


class LinkTaken(serializers.Serializer):
    """The answer to a message: whether it changed anything, and the version we hold of the subject now."""

    taken = serializers.BooleanField()
    rev = serializers.IntegerField(help_text="version here")
    status = serializers.CharField(required=False)
    repeated = serializers.BooleanField(required=False)
