"""What the incident API takes and gives, for checking input and for the schema."""

import math

from django.utils.translation import gettext as _
from rest_framework import serializers

from incidents.models import Attachment, CaseCheck, CaseReturn, Supervision, TimeRequest
from incidents.models.alerts import SourceKind
from incidents.services.closing import FOLLOW_UP_METHODS

CRS = ("wgs84", "cgcs2000", "gcj02", "bd09")


class Finite(serializers.FloatField):
    """A number; NaN, infinity and what is too large for one are refused."""

    def to_internal_value(self, data):
        try:
            value = super().to_internal_value(data)
        except OverflowError:
            value = math.inf
        if not math.isfinite(value):
            raise serializers.ValidationError(_("A finite number is needed."))
        return value


class Degrees(Finite):
    """A coordinate in degrees."""


class Line(serializers.CharField):
    """Text without NUL, which PostgreSQL cannot store."""

    def __init__(self, **kwargs):
        kwargs.setdefault("max_length", 4_000)
        super().__init__(**kwargs)


class RegisterInput(serializers.Serializer):
    """A new incident from a seat, a phone or a gateway. The position is converted at the door."""

    uuid = serializers.UUIDField(help_text="made by the client: sending twice opens one incident")
    category = serializers.CharField(max_length=24, help_text="JCZZ code, e.g. J0527")
    level = serializers.IntegerField(min_value=1, max_value=4, required=False)
    source_kind = serializers.ChoiceField(choices=SourceKind.choices)
    title = Line(max_length=200)
    text = Line(required=False, allow_blank=True, default="")
    address = Line(max_length=200, required=False, allow_blank=True, default="")
    lon = Degrees(min_value=-180, max_value=180)
    lat = Degrees(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(choices=CRS)
    reporter_name = Line(max_length=40, required=False, allow_blank=True, default="")
    reporter_phone = Line(max_length=24, required=False, allow_blank=True, default="")
    need_followup = serializers.BooleanField(required=False, allow_null=True, default=None)
    is_test = serializers.BooleanField(required=False, default=False)
    join = serializers.BooleanField(required=False, default=True, help_text="join a live incident of the same thing")


class NothingInput(serializers.Serializer):
    pass


class ReasonInput(serializers.Serializer):
    reason = Line()


class NoteInput(serializers.Serializer):
    note = Line()


class MergeInput(serializers.Serializer):
    master = serializers.IntegerField(min_value=1, max_value=2**62)


class FileInput(serializers.Serializer):
    standard = serializers.IntegerField(min_value=1, max_value=2**62)
    category = serializers.IntegerField(min_value=1, max_value=2**62, required=False, allow_null=True)
    szcg = serializers.IntegerField(min_value=1, max_value=2**62, required=False, allow_null=True)


class VerificationInput(serializers.Serializer):
    result = serializers.ChoiceField(choices=["true", "not_found", "cannot_judge"])
    note = Line(required=False, allow_blank=True, default="")
    by_picture = serializers.BooleanField(required=False, default=False)


class CheckInput(serializers.Serializer):
    passed = serializers.BooleanField()
    note = Line(required=False, allow_blank=True, default="")
    by_picture = serializers.BooleanField(required=False, default=False)


class ClosingFacts(serializers.Serializer):
    found = Line(max_length=2_000)
    contacted = Line(max_length=2_000, required=False, allow_blank=True, default="")
    done = Line(max_length=2_000)
    remains = Line(max_length=2_000, required=False, allow_blank=True, default="")


class CloseInput(serializers.Serializer):
    closing = ClosingFacts()
    confirm_brief = serializers.BooleanField(required=False, default=False)


class ForceCloseInput(serializers.Serializer):
    reason = Line()
    second = serializers.CharField(max_length=150, help_text="user name of the second person")
    second_password = serializers.CharField(max_length=200, help_text="the second person signs here")


class SuspendInput(serializers.Serializer):
    until = serializers.DateTimeField()
    reason = Line()


class TimeRequestInput(serializers.Serializer):
    kind = serializers.ChoiceField(TimeRequest.Kind.choices)
    reason = Line()
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TimeRequestChoice(serializers.Serializer):
    request = serializers.IntegerField(min_value=1)


class TimeDecisionInput(TimeRequestChoice):
    approve = serializers.BooleanField()
    note = Line(required=False, allow_blank=True, default="")


class SuperviseInput(serializers.Serializer):
    level = serializers.ChoiceField(Supervision.Level.choices, default=1)
    note = Line(required=False, allow_blank=True, default="")


class SupervisionChoice(serializers.Serializer):
    supervision = serializers.IntegerField(min_value=1)


class SupervisionReplyInput(SupervisionChoice):
    reply = Line()


class SupervisionClearInput(SupervisionChoice):
    note = Line(required=False, allow_blank=True, default="")


class LevelInput(serializers.Serializer):
    level = serializers.IntegerField(min_value=1, max_value=4)
    reason = Line(required=False, allow_blank=True, default="")


class FollowUpInput(serializers.Serializer):
    method = serializers.ChoiceField(choices=FOLLOW_UP_METHODS)
    result = Line()
    next_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class AppointmentInput(serializers.Serializer):
    until = serializers.DateTimeField()
    note = Line()


class AttachmentInput(serializers.Serializer):
    file = serializers.FileField()
    kind = serializers.ChoiceField(choices=Attachment.Kind.choices)
    uuid = serializers.UUIDField()
    lon = Degrees(min_value=-180, max_value=180, required=False, allow_null=True, default=None)
    lat = Degrees(min_value=-90, max_value=90, required=False, allow_null=True, default=None)
    crs = serializers.ChoiceField(choices=CRS, required=False, default="wgs84")
    shot_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class AttachmentShape(serializers.ModelSerializer):
    by = serializers.StringRelatedField()
    url = serializers.SerializerMethodField()
    thumb_url = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields = ["uuid", "kind", "name", "content_type", "size", "lon", "lat", "shot_at", "uploaded_at", "by", "url",
                  "thumb_url"]  # fmt: skip

    def get_url(self, attachment) -> str:
        return f"/attachments/{attachment.uuid}/"

    def get_thumb_url(self, attachment) -> str | None:
        return f"/attachments/{attachment.uuid}/?thumb=1" if attachment.thumb else None


class CheckShape(serializers.ModelSerializer):
    collector = serializers.StringRelatedField()
    done_by = serializers.StringRelatedField()

    class Meta:
        model = CaseCheck
        fields = ["kind", "collector", "by_picture", "ordered_at", "due_at", "result", "note", "done_by", "done_at"]


class ReturnShape(serializers.ModelSerializer):
    by = serializers.StringRelatedField()
    department = serializers.StringRelatedField()

    class Meta:
        model = CaseReturn
        fields = ["reason", "note", "from_status", "to_status", "department", "by", "returned_at"]


class TimeRequestShape(serializers.ModelSerializer):
    department = serializers.StringRelatedField()
    asked_by = serializers.StringRelatedField()
    endorsed_by = serializers.StringRelatedField()
    decided_by = serializers.StringRelatedField()

    class Meta:
        model = TimeRequest
        fields = [
            "id", "kind", "state", "reason", "until", "department", "asked_by", "asked_at", "endorsed_by",
            "endorsed_at", "decided_by", "decided_at", "decision_note",
        ]  # fmt: skip


class SupervisionShape(serializers.ModelSerializer):
    department = serializers.StringRelatedField()
    issued_by = serializers.StringRelatedField()
    replied_by = serializers.StringRelatedField()
    cleared_by = serializers.StringRelatedField()

    class Meta:
        model = Supervision
        fields = [
            "id", "number", "level", "trigger", "note", "department", "issued_by", "issued_at", "reply_due_at", "reply",
            "replied_by", "replied_at", "cleared_by", "cleared_at",
        ]  # fmt: skip


class ClassShape(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()


class PlaceShape(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class DeadlineShape(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    part = serializers.CharField()
    policy = serializers.CharField()
    generation = serializers.IntegerField()
    target_s = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    stopped_at = serializers.DateTimeField(allow_null=True)
    met_at = serializers.DateTimeField(allow_null=True)
    missed_at = serializers.DateTimeField(allow_null=True)
    paused_at = serializers.DateTimeField(allow_null=True)
    during_outage = serializers.BooleanField()
    exempt = serializers.BooleanField()
    reminded = serializers.IntegerField()


class IncidentShape(serializers.Serializer):
    """The shape of `incidents.shapes.incident_shape`, for the schema."""

    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    case_no = serializers.CharField()
    status = serializers.CharField()
    generation = serializers.IntegerField()
    level = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)
    category = ClassShape()
    szcg_category = ClassShape(allow_null=True)
    source_kind = serializers.CharField()
    lon = serializers.FloatField()
    lat = serializers.FloatField()
    community = PlaceShape(allow_null=True)
    grid = PlaceShape(allow_null=True)
    alert_count = serializers.IntegerField()
    answered_by = serializers.CharField(allow_null=True)
    opened_at = serializers.DateTimeField()
    next_due_at = serializers.DateTimeField(allow_null=True)
    overdue_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    deadlines = DeadlineShape(many=True)


class StoryLine(serializers.Serializer):
    rev = serializers.IntegerField(source="id")
    at = serializers.DateTimeField()
    verb = serializers.CharField()
    actor = serializers.CharField(source="actor_name")
    note = serializers.CharField(source="said")
    data = serializers.DictField()


class AlertLine(serializers.Serializer):
    id = serializers.IntegerField()
    source = serializers.CharField(source="source.name")
    external_id = serializers.CharField()
    kind = serializers.CharField()
    title = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    confidence = serializers.FloatField(allow_null=True)
    media_url = serializers.CharField()


class IncidentDetail(serializers.Serializer):
    incident = IncidentShape()
    story = StoryLine(many=True)
    alerts = AlertLine(many=True)
    attachments = AttachmentShape(many=True)
    checks = CheckShape(many=True)
    returns = ReturnShape(many=True)
    time_requests = TimeRequestShape(many=True)
    supervisions = SupervisionShape(many=True)
    closing = serializers.DictField()
    actions = serializers.ListField(child=serializers.CharField())


class AlarmShape(serializers.Serializer):
    id = serializers.IntegerField()
    rev = serializers.IntegerField()
    kind = serializers.CharField()
    incident = serializers.IntegerField(allow_null=True)
    case_no = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    for_role = serializers.CharField()
    data = serializers.DictField()
    raised_at = serializers.DateTimeField()
    acknowledged_at = serializers.DateTimeField(allow_null=True)
    acknowledged_by = serializers.CharField(allow_null=True)


class StandardShape(serializers.Serializer):
    id = serializers.IntegerField()
    letter = serializers.CharField()
    filing_condition = serializers.CharField()
    filing_condition_en = serializers.CharField()
    closing_condition = serializers.CharField()
    closing_condition_en = serializers.CharField()
    limit_kind = serializers.CharField()
    limit_value = serializers.IntegerField()


class CategoryShape(ClassShape):
    scheme = serializers.CharField()
    parent = serializers.CharField(source="parent.code", allow_null=True, default=None)
    default_level = serializers.IntegerField()
    need_followup = serializers.BooleanField()
    standards = StandardShape(many=True)


class DepartmentShape(serializers.Serializer):
    id = serializers.IntegerField()
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
