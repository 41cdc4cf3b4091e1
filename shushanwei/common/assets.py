"""Front-end assets (being written)."""

from django.contrib.staticfiles.finders import BaseFinder


class NodeModulesFinder(BaseFinder):
    def find(self, path, find_all=False, **kwargs):
        return []

    def list(self, ignore_patterns):
        return []

    def check(self, **kwargs):
        return []


def page_settings(request):
    return {}
