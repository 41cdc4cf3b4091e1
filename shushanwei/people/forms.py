"""The forms of signing in and of the password."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _


class SignInForm(AuthenticationForm):
    """One sentence for every refusal, so that nobody learns which accounts exist."""

    error_messages = {
        "invalid_login": _("User name or password is wrong. After five failures the account is locked for 15 minutes."),
        "inactive": _("User name or password is wrong. After five failures the account is locked for 15 minutes."),
    }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("User name")
        self.fields["password"].label = _("Password")


class PasswordForm(PasswordChangeForm):
    """Old password once, new password twice."""

    old_password = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password", "autofocus": True}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password, again")
