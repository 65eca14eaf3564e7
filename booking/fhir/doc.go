// Package fhir holds the part of FHIR R4 (hl7.org/fhir/R4) in which the booking speaks to systems of clinics: the
// resources HealthcareService, Location, PractitionerRole, Schedule, Slot and Appointment, and around them Bundle,
// Parameters, OperationOutcome and CapabilityStatement. Structs have the fields that are used, under their names in the
// standard, and write themselves as the standard's JSON.
//
// Searching is described by one table (Searches): which parameters a resource knows, of what type. The
// CapabilityStatement is made from it and ParseSearch judges by it, so what is announced and what is accepted cannot
// differ. A parameter that is not in the table is refused by name: a server that passes over a filter it does not know
// answers with more than was asked for.
//
// States follow IHE ITI Scheduling: a hold is an Appointment that is pending, on Slots that are busy-tentative; a
// proposal of $find (ITI-115) is proposed and does not show what somebody else holds; $hold (ITI-116) and $book
// (ITI-117) give Bundles.
//
// A Patient is never more than an opaque reference here. The package is pure: it knows neither Redis nor HTTP, and no
// clock.
package fhir
