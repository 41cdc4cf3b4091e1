"""What the dispatch API takes and gives, for checking input and for the schema."""

from rest_framework import serializers

from dispatch.models import Assignment, Force, Unit
from dispatch.services.positions import MOST_FIXES
from incidents.models import CaseReturn
from incidents.serializers import CRS, Degrees, IncidentShape, Line

LARGEST_ID = 2**62


class OrderInput(serializers.Serializer):
    """Whom to send: a unit, a department, or nobody named: the unit that ranking proposes."""

    unit = serializers.IntegerField(min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None)
    department = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None
    )
    part = serializers.ChoiceField(choices=["main", "support"], required=False, default="main")
    reason = Line(max_length=500, required=False, allow_blank=True, default="")


class ReinforcementInput(serializers.Serializer):
    """One force (`force`), or several in one moment (`forces`)."""

    force = serializers.ChoiceField(choices=Force.choices, required=False)
    forces = serializers.ListField(
        child=serializers.ChoiceField(choices=Force.choices), required=False, min_length=1, max_length=len(Force)
    )
    department = serializers.IntegerField(
        min_value=1, max_value=LARGEST_ID, required=False, allow_null=True, default=None
    )
    reason = Line(max_length=500, required=False, allow_blank=True, default="")


class DutyInput(serializers.Serializer):
    on_duty = serializers.BooleanField()


class Instant(serializers.DateTimeField):
    """An instant that a working clock can show."""

    def to_internal_value(self, value):
        at = super().to_internal_value(value)
        if not 2000 <= at.year < 2100:
            raise serializers.ValidationError("between the years 2000 and 2100")
        return at


class FixInput(serializers.Serializer):
    """One position: degrees in `crs`, accuracy in metres, speed in km/h, the phone's own time."""

    lon = Degrees()
    lat = Degrees()
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")
    accuracy_m = Degrees(min_value=0, max_value=100_000)
    fix_at = Instant()
    speed_kmh = Degrees(min_value=0, max_value=2_000, required=False, allow_null=True, default=None)
    mocked = serializers.BooleanField(required=False, default=False)


class PositionsInput(serializers.Serializer):
    """A batch of fixes, oldest first or not; `sent_at` is the phone's clock at sending."""

    sent_at = Instant(required=False, allow_null=True, default=None)
    fixes = serializers.ListField(child=FixInput(), min_length=1, max_length=MOST_FIXES)


class TerminalFixInput(FixInput):
    """One position of a car terminal: the unit's code, and the terminal's number where a unit has several."""

    unit = serializers.CharField(max_length=24)
    terminal = serializers.CharField(max_length=64, required=False, allow_blank=True, default="")


class GatewayInput(serializers.Serializer):
    """A batch of car terminals; `sent_at` is the gateway's clock at sending."""

    sent_at = Instant(required=False, allow_null=True, default=None)
    fixes = serializers.ListField(child=TerminalFixInput(), min_length=1, max_length=MOST_FIXES)


class GatewayTaken(serializers.Serializer):
    taken = serializers.IntegerField(help_text="believed")
    flagged = serializers.IntegerField(help_text="simulated or impossible")
    old = serializers.IntegerField(help_text="known already")
    errors = serializers.JSONField(help_text="[{index, field, message}]: these were left out")


class PositionsTaken(serializers.Serializer):
    taken = serializers.IntegerField(help_text="believed")
    late = serializers.IntegerField(help_text="believed but older than 30 s: completes nothing")
    flagged = serializers.IntegerField(help_text="simulated or impossible")
    old = serializers.IntegerField(help_text="known already")
    arrived = serializers.BooleanField(help_text="this batch proved the arrival")


class DeliveredInput(serializers.Serializer):
    by_radio = serializers.BooleanField(required=False, default=False, help_text="a seat read it out by radio")


class DeclineInput(serializers.Serializer):
    reason = Line(max_length=500)


class RecallInput(serializers.Serializer):
    reason = Line(max_length=500)


class PhotoFields(serializers.Serializer):
    """A photo with the place and time of the shot; the phone makes `uuid`, sending twice stores once."""

    photo = serializers.FileField(required=False, allow_null=True, default=None)
    uuid = serializers.UUIDField(required=False, allow_null=True, default=None)
    lon = Degrees(required=False, allow_null=True, default=None)
    lat = Degrees(required=False, allow_null=True, default=None)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")
    shot_at = Instant(required=False, allow_null=True, default=None)

    def validate(self, attrs):
        if attrs.get("photo") is not None and attrs.get("uuid") is None:
            raise serializers.ValidationError({"uuid": "A photo needs the id that the client made."})
        return attrs


class ArriveInput(PhotoFields):
    photo = serializers.FileField()
    uuid = serializers.UUIDField()
    accuracy_m = Degrees(min_value=0, max_value=100_000, required=False, allow_null=True, default=None)
    mocked = serializers.BooleanField(required=False, default=False)


class FeedbackInput(PhotoFields):
    uuid = serializers.UUIDField(help_text="of the report, and of its photo")
    text = Line(required=False, allow_blank=True, default="")


class FinishInput(PhotoFields):
    found = Line(max_length=2_000, required=False, allow_blank=True, default="")
    contacted = Line(max_length=2_000, required=False, allow_blank=True, default="")
    done = Line(max_length=2_000, required=False, allow_blank=True, default="")
    remains = Line(max_length=2_000, required=False, allow_blank=True, default="")


class AcceptInput(serializers.Serializer):
    handler = serializers.CharField(
        max_length=150, required=False, allow_blank=True, default="", help_text="a department may name who handles it"
    )


class ReturnInput(serializers.Serializer):
    reason = serializers.ChoiceField(choices=CaseReturn.Reason.choices)
    note = Line(max_length=2_000)


class HandleInput(PhotoFields):
    photo = serializers.FileField()
    uuid = serializers.UUIDField()
    done = Line(max_length=2_000)


class UnitBrief(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Unit.Kind.choices)


class DepartmentBrief(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class AssignmentShape(serializers.Serializer):
    """One order: this unit or department for this incident."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    incident = serializers.IntegerField()
    case_no = serializers.CharField()
    unit = UnitBrief(allow_null=True)
    department = DepartmentBrief(allow_null=True)
    handler = serializers.CharField(allow_null=True)
    part = serializers.ChoiceField(choices=Assignment.Part.choices)
    status = serializers.ChoiceField(choices=Assignment.Status.choices)
    generation = serializers.IntegerField()
    reason = serializers.CharField(help_text="why this unit, in one sentence")
    ordered_by = serializers.CharField(allow_null=True, help_text="null: the system")
    end_reason = serializers.CharField()
    end_note = serializers.CharField()
    result = serializers.CharField(help_text="what was done")
    facts = serializers.JSONField(help_text="found, contacted, done, remains")
    offered_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    accepted_at = serializers.DateTimeField(allow_null=True)
    departed_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    first_feedback_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)
    confirmed_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class CandidateShape(serializers.Serializer):
    """One unit that could go, with the sentence that says why it stands here."""

    unit = serializers.JSONField()
    lon = serializers.FloatField(allow_null=True)
    lat = serializers.FloatField(allow_null=True)
    accuracy_m = serializers.FloatField(allow_null=True)
    distance_m = serializers.IntegerField(allow_null=True)
    minutes = serializers.FloatField(allow_null=True)
    age_s = serializers.FloatField(allow_null=True)
    trust = serializers.ChoiceField(choices=["fresh", "aged", "lost"])
    load = serializers.IntegerField()
    skilled = serializers.BooleanField()
    nearest = serializers.BooleanField()
    tried = serializers.CharField()
    needs_reason = serializers.BooleanField()
    sentence = serializers.CharField()


class CandidatesShape(serializers.Serializer):
    proposed = serializers.IntegerField(allow_null=True, help_text="the unit that one key sends")
    reason_needed = serializers.BooleanField(help_text="to choose another than the proposed")
    candidates = CandidateShape(many=True)


class ReachHole(serializers.Serializer):
    """A piece of a community that nobody reaches in time."""

    community = serializers.CharField()
    name = serializers.CharField()
    area_m2 = serializers.IntegerField()
    share = serializers.FloatField(help_text="of the community's area")
    shape = serializers.JSONField(help_text="GeoJSON, WGS-84")


class StandbyProposal(serializers.Serializer):
    """A unit that should stand elsewhere: then `share` of the demand lies within reach, instead of `before`."""

    unit = serializers.JSONField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    place = serializers.CharField(help_text="the crossing, or the unit whose post it is")
    kind = serializers.ChoiceField(choices=["crossing", "post"])
    before = serializers.FloatField()
    share = serializers.FloatField()

    def get_fields(self):
        # `from` is a keyword of the language.
        return {**super().get_fields(), "from": serializers.JSONField()}


class ReachShape(serializers.Serializer):
    """The five-minute reach of now; shares lie between 0 and 1."""

    at = serializers.DateTimeField()
    minutes = serializers.IntegerField()
    by = serializers.ChoiceField(choices=["road", "straight"])
    units = serializers.ListField(child=serializers.IntegerField(), help_text="the free squads it was drawn for")
    area_share = serializers.FloatField()
    people_share = serializers.FloatField()
    reach = serializers.JSONField(help_text="GeoJSON, WGS-84")
    holes = ReachHole(many=True, help_text="the largest first")
    proposals = StandbyProposal(many=True)


class ReinforcementShape(serializers.Serializer):
    id = serializers.IntegerField()
    incident = serializers.IntegerField()
    force = serializers.CharField()
    department = DepartmentBrief(allow_null=True)
    unit = serializers.CharField(allow_null=True, help_text="who was ordered")
    follows = serializers.IntegerField(allow_null=True, help_text="the call of a force that was passed over")
    status = serializers.CharField()
    refusal = serializers.CharField()
    answer_by = serializers.DateTimeField(allow_null=True, help_text="afterwards the next force is called")
    passed_at = serializers.DateTimeField(allow_null=True)
    departed_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField()
    rule = serializers.CharField()
    assignment = serializers.IntegerField(allow_null=True)
    requested_by = serializers.CharField(allow_null=True)
    requested_at = serializers.DateTimeField()
    accepted_at = serializers.DateTimeField(allow_null=True)
    arrived_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


class PositionShape(serializers.Serializer):
    id = serializers.IntegerField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    accuracy_m = serializers.FloatField()
    speed_kmh = serializers.FloatField(allow_null=True)
    fix_at = serializers.DateTimeField()
    age_s = serializers.FloatField()
    stale = serializers.BooleanField()
    flag = serializers.CharField()


class UnitShape(serializers.Serializer):
    """A unit: its duty, last believed position, and what it is ordered to do."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    area = serializers.CharField()
    skills = serializers.ListField(child=serializers.CharField())
    radio_call = serializers.CharField()
    on_duty = serializers.BooleanField()
    on_duty_since = serializers.DateTimeField(allow_null=True)
    seen_at = serializers.DateTimeField(allow_null=True)
    position = PositionShape(allow_null=True)
    assignment = serializers.JSONField(allow_null=True)


class PhoneLine(serializers.Serializer):
    """One line of the story."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    verb = serializers.CharField()
    actor = serializers.CharField()
    note = serializers.CharField()

    def get_fields(self):
        # A field of the name `data` would hide the serializer's own.
        return {**super().get_fields(), "data": serializers.JSONField()}


class PhoneState(serializers.Serializer):
    """All that the unit's phone shows now."""

    now = serializers.DateTimeField()
    unit = UnitShape()
    roster = serializers.JSONField(allow_null=True, help_text="who is planned: {names, from, until, now}")
    assignment = AssignmentShape(allow_null=True)
    incident = IncidentShape(allow_null=True)
    story = PhoneLine(many=True)
    reinforcements = ReinforcementShape(many=True)
    last = AssignmentShape(allow_null=True, help_text="the order that ended last, within the last ten minutes")
