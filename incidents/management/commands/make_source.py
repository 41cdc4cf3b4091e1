"""Make a source that may send alerts, and show its secret once."""

from django.core.management.base import BaseCommand, CommandError

from incidents.intake.desk import make_source, renew_secret
from incidents.models import Source
from incidents.models.alerts import SourceKind
from shushanwei.common.errors import DomainError


class Command(BaseCommand):
    help = "Make a source of alerts and print its secret, which cannot be read again later."

    def add_arguments(self, parser):
        parser.add_argument("code", help="letters, digits, hyphens; what X-Source says")
        parser.add_argument("--name", default="", help="as people read it")
        parser.add_argument("--kind", default="analytics", choices=SourceKind.values)
        parser.add_argument("--rate", type=int, default=6000, help="alerts a minute")
        parser.add_argument("--new-secret", action="store_true", help="give a source that exists a new secret")

    def handle(self, *args, **options):
        code = options["code"]
        try:
            source = Source.objects.filter(code=code).first()
            if source and options["new_secret"]:
                secret = renew_secret(source.pk)
            else:
                _, secret = make_source(code, options["name"] or code, options["kind"], rate_per_minute=options["rate"])
        except DomainError as error:
            raise CommandError(f"{error.message} (--new-secret gives it a new secret)") from error
        self.stdout.write(secret)
