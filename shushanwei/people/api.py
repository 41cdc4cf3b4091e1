"""Tokens for programs: `POST` gives one for a user name and password, `DELETE` takes it back."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from knox.settings import knox_settings
from rest_framework import serializers
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from shushanwei.common.errors import Conflict, DomainError, TooMany


class NotSignedIn(DomainError):
    """User name or password is wrong."""

    status, code, title = 401, "not-signed-in", "Not signed in"


class CredentialsShape(serializers.Serializer):
    """What a program signs in with."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=200, trim_whitespace=False)


class TokenShape(serializers.Serializer):
    """A token, shown once; send it as `Authorization: Token …`. `expiry` is null when it does not end."""

    token = serializers.CharField()
    expiry = serializers.DateTimeField(allow_null=True)


class Tokens(APIView):
    """Sign-in of programs, under the same lock after five failures as people."""

    def get_authenticators(self):
        taking_back = self.request is not None and self.request.method == "DELETE"
        return [TokenAuthentication()] if taking_back else []

    def get_permissions(self):
        return [IsAuthenticated() if self.request.method == "DELETE" else AllowAny()]

    @extend_schema(
        operation_id="token_create", tags=["token"], auth=[], request=CredentialsShape, responses={201: TokenShape}
    )
    def post(self, request):
        asked = CredentialsShape(data=request.data)
        asked.is_valid(raise_exception=True)
        # The lock is kept on Django's request; the REST framework's wrapper would hide it.
        plain = request._request
        user = authenticate(request=plain, **asked.validated_data)
        if user is None:
            if getattr(plain, "axes_locked_out", False):
                raise TooMany(_("Locked after too many failures; try again in %d minutes.") % 15)
            raise NotSignedIn(_("User name or password is wrong."))
        if user.auth_token_set.count() >= knox_settings.TOKEN_LIMIT_PER_USER:
            raise Conflict(_("This account holds as many tokens as it may; take one back first."))
        token, secret = AuthToken.objects.create(user=user, expiry=knox_settings.TOKEN_TTL)
        user_logged_in.send(sender=type(user), request=plain, user=user)
        return Response(TokenShape({"token": secret, "expiry": token.expiry}).data, status=201)

    @extend_schema(operation_id="token_delete", tags=["token"], request=None, responses={204: None})
    def delete(self, request):
        request.auth.delete()
        return Response(status=204)
