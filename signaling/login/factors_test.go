package login

import "testing"

func TestTwoFactorsAreTwoKindsOrWhatTheProviderIsTrustedToMeanByThem(t *testing.T) {
	for _, r := range []struct {
		situation string
		acr       string
		amr       []string
		two       bool
	}{
		{"nothing said", "", nil, false},
		{"a password", "", []string{"pwd"}, false},
		{"a password and a PIN", "", []string{"pwd", "pin"}, false},
		{"a password and a one-time password", "", []string{"pwd", "otp"}, true},
		{"a fingerprint that opens a hardware key", "", []string{"hwk", "fpt"}, true},
		{"several factors, the provider says", "", []string{"mfa"}, true},
		{"a method nobody knows beside a password", "", []string{"pwd", "magic"}, false},
		{"several channels are not several factors", "", []string{"pwd", "mca"}, false},
		{"a context class that counts", "urn:two", []string{"pwd"}, true},
		{"another context class", "urn:one", []string{"pwd"}, false},
	} {
		t.Run(r.situation, func(t *testing.T) {
			if two := TwoFactors(r.acr, r.amr, []string{"urn:two"}); two != r.two {
				t.Errorf("got %v", two)
			}
		})
	}
}
