// Package login keeps who has signed in, by what, and what proves it again.
//
// A signing-in (SignIn) is one act of saying who sits at a seat and what it goes on standing for: a person's by a passkey or by
// an OpenID provider, for at most a working day and only while its page is open; a booth's or a lobby's by a one-time code,
// until it is revoked. Each belongs to a key that was made in the browser and cannot leave it (WebCrypto, not extractable). A
// seat token lasts ten minutes; the next one is given for a challenge signed by that key, so that a token that was stolen is
// worth ten minutes at most, and nothing once the signing-in has been revoked.
//
// Why a key and no cookie: several seats may be open in one browser, a tab each, and a page whose server has died goes on with
// another one, of another origin, to which no SameSite=Strict cookie would go. The key stays with the page, and a reload within
// the life of the token asks nobody.
//
// Passkeys are kept as public keys and ids for each seat, beside nothing that tells of a person. Two factors are wanted of
// everybody but booths and lobbies: a passkey with user verification is two, and an OpenID provider has to assert them
// (TwoFactors).
//
// Redis holds all of it, for one area; what was lost there is enrolled anew.
package login
