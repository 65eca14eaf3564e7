// Package courier carries notices out of the house: at least once, in order, and past crashes.
//
// A Queue lives in Redis, one for each receiver. What is to be sent is taken from the outbox and put into the queue in
// one step together with the place in the outbox up to which that was done, so nothing is taken twice and nothing is
// passed over. A job stays in the queue until its receiver has accepted it; whoever claims it has it for a lease, and
// when that process dies the next one finds it due again. So a job may be sent twice (with the same id, by which the
// receiver knows), and never not at all.
//
// Jobs of one subject (an appointment) go out one after another: only the first one can be claimed, and while it waits
// to be tried again those behind it wait too. Other subjects do not. What no try has delivered is laid aside, where an
// administrator sees it and can send it again.
//
// A job holds ids, dates and neutral words. Where a receiver needs somebody's address, it is looked up at the moment of
// sending and forgotten after it.
//
// Webhook sends as Standard Webhooks says (standardwebhooks.com): webhook-id, webhook-timestamp and a webhook-signature
// of both and the body, under each secret in force, so that a secret can be exchanged without losing a message. It
// speaks to public addresses only, looked at after the name was resolved, unless others are allowed by name of network.
// Mail speaks SMTP with TLS.
package courier
