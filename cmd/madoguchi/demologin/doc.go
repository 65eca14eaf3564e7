// Package demologin is a small OpenID provider inside the demo, so that the whole walk of signing in by one's organisation can be
// tried and tested: discovery, an authorization code with PKCE (RFC 7636), an ID token with nonce, acr and amr, and its keys.
//
// Nobody proves anything to it: whoever opens its page says who they are and whether they have shown one factor or two, so that
// the refusal can be tried too. It knows one client, keeps codes in memory for a minute, and is not there in service.
package demologin
