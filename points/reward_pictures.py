"""The stored pictures of rewards, as the pages fetch them."""

from django.http import FileResponse, Http404
from django.utils.cache import patch_cache_control

from points.models import Reward


def picture_of(reward: Reward, *, small: bool) -> FileResponse:
    """The picture of a reward; 404 where it has none or its file is gone. A new picture comes under a new address."""
    stored = reward.thumb if small else reward.picture
    if not stored:
        raise Http404
    try:
        answer = FileResponse(stored.open("rb"), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404 from error
    patch_cache_control(answer, private=True, max_age=86_400)
    return answer
