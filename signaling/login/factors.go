package login

import "slices"

// The kinds of factors that RFC 8176 names methods for: what one knows, what one has, what one is.
var factorOf = map[string]string{
	"pwd": "knows", "pin": "knows", "kba": "knows",
	"otp": "has", "hwk": "has", "swk": "has", "sms": "has", "tel": "has", "sc": "has",
	"face": "is", "fpt": "is", "iris": "is", "retina": "is", "vbm": "is",
}

// TwoFactors says whether a provider has asserted two factors: by a context class (acr) that is accepted as such, by the method
// mfa, or by methods (amr, RFC 8176) of two different kinds. Two of one kind, such as a password and a PIN, are one factor.
func TwoFactors(acr string, amr, accepted []string) bool {
	if acr != "" && slices.Contains(accepted, acr) || slices.Contains(amr, "mfa") {
		return true
	}
	kinds := map[string]bool{}
	for _, method := range amr {
		if kind := factorOf[method]; kind != "" {
			kinds[kind] = true
		}
	}
	return len(kinds) > 1
}
