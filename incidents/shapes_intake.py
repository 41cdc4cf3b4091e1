"""How alerts, sources and kinds look in the API."""

from rest_framework import serializers

from incidents.models import Alert, AlertKind, CaseCategory, Mute
from incidents.models.catalogue import Level


class AlertShape(serializers.ModelSerializer):
    """One alert in lists; position in WGS-84 degrees, `crs` as it was sent."""

    source = serializers.SlugRelatedField("code", read_only=True)
    incident = serializers.IntegerField(source="incident_id", allow_null=True, read_only=True)
    case_no = serializers.CharField(source="incident.case_no", default=None, read_only=True)

    class Meta:
        model = Alert
        fields = [
            "id", "source", "external_id", "kind", "correlation", "title", "lon", "lat", "crs", "accuracy_m",
            "occurred_at", "received_at", "confidence", "media_url", "state", "incident", "case_no", "attempts",
            "error", "processed_at", "trace",
        ]  # fmt: skip
        read_only_fields = fields


class WholeAlertShape(AlertShape):
    """One alert with its text and payload."""

    class Meta(AlertShape.Meta):
        fields = [*AlertShape.Meta.fields, "text", "payload"]
        read_only_fields = fields


class AlertBody(serializers.Serializer):
    """One alert as a source sends it; other fields are refused, put them into `payload`."""

    external_id = serializers.CharField(max_length=120, help_text="The source's own id of this alert.")
    kind = serializers.CharField(max_length=80, help_text="What happened, in the source's words.")
    lon = serializers.FloatField(min_value=-180, max_value=180)
    lat = serializers.FloatField(min_value=-90, max_value=90)
    crs = serializers.ChoiceField(["wgs84", "cgcs2000", "gcj02", "bd09"])
    occurred_at = serializers.DateTimeField(help_text="ISO 8601 with offset, at most 24 h in the future.")
    correlation = serializers.CharField(
        required=False, max_length=120, allow_blank=True, help_text="The source's own key for the same thing."
    )
    title = serializers.CharField(required=False, max_length=200, allow_blank=True)
    text = serializers.CharField(required=False, max_length=10_000, allow_blank=True)
    accuracy_m = serializers.FloatField(required=False, allow_null=True, min_value=0)
    confidence = serializers.FloatField(required=False, allow_null=True, min_value=0, max_value=1)
    media_url = serializers.URLField(required=False, max_length=500, allow_blank=True)
    payload = serializers.DictField(required=False, help_text="Anything else, 64 kB, 32 levels.")


class RejectedShape(serializers.Serializer):
    index = serializers.IntegerField()
    field = serializers.CharField()
    message = serializers.CharField()
    external_id = serializers.CharField()
    code = serializers.ChoiceField(["bad-input", "conflict"])


class Receipt(serializers.Serializer):
    """What became of a body; `ids` by external id, empty when there are more than 100."""

    accepted = serializers.IntegerField()
    duplicates = serializers.IntegerField()
    rejected = RejectedShape(many=True)
    rejected_count = serializers.IntegerField()
    ids = serializers.DictField(child=serializers.IntegerField())


class FieldProblem(serializers.Serializer):
    field = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer):
    """RFC 9457 problem details."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = FieldProblem(many=True, required=False)


class MuteShape(serializers.ModelSerializer):
    by = serializers.CharField(source="by.__str__", read_only=True)

    class Meta:
        model = Mute
        fields = ["id", "kind", "reason", "since", "until", "by", "lifted_at"]
        read_only_fields = fields


class SourceShape(serializers.Serializer):
    """A source and its figures; a share is null where its n is 0."""

    code = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.CharField()
    is_active = serializers.BooleanField()
    rate_per_minute = serializers.IntegerField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    volume_today = serializers.IntegerField()
    volume_24h = serializers.IntegerField()
    new_24h = serializers.IntegerField()
    opened_24h = serializers.IntegerField()
    joined_24h = serializers.IntegerField()
    unmapped_24h = serializers.IntegerField()
    muted_24h = serializers.IntegerField()
    failed_24h = serializers.IntegerField()
    folded_n = serializers.IntegerField()
    joined_share = serializers.FloatField(allow_null=True)
    judged_n = serializers.IntegerField()
    confirmed_share = serializers.FloatField(allow_null=True)
    muted_until = serializers.DateTimeField(allow_null=True)
    mutes = MuteShape(many=True)


class MuteBody(serializers.Serializer):
    """Either `until` or `minutes`; without `kind` the whole source is quiet."""

    reason = serializers.CharField(max_length=200)
    until = serializers.DateTimeField(required=False)
    minutes = serializers.IntegerField(required=False, min_value=1, max_value=30 * 24 * 60)
    kind = serializers.CharField(required=False, max_length=80, allow_blank=True, default="")


class UnmuteBody(serializers.Serializer):
    kind = serializers.CharField(required=False, max_length=80, allow_null=True, default=None)


class Lifted(serializers.Serializer):
    lifted = serializers.IntegerField()


class MappedClassShape(serializers.ModelSerializer):
    class Meta:
        model = CaseCategory
        fields = ["id", "scheme", "version", "code", "name_zh", "name_en"]
        read_only_fields = fields


class KindShape(serializers.ModelSerializer):
    category = MappedClassShape(read_only=True, allow_null=True)
    has_waiting = serializers.BooleanField(read_only=True)

    class Meta:
        model = AlertKind
        fields = ["id", "code", "name_zh", "name_en", "category", "level", "first_seen_at", "has_waiting"]
        read_only_fields = fields


class MapBody(serializers.Serializer):
    """What is left out stays as it is."""

    category = serializers.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    level = serializers.ChoiceField(Level.choices, required=False, allow_null=True)
    name_zh = serializers.CharField(required=False, max_length=80, allow_blank=True)
    name_en = serializers.CharField(required=False, max_length=80, allow_blank=True)
