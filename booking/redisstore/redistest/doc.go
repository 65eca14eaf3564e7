// Package redistest gives tests a Redis: miniredis in the process, a redis-server of their own, and, shared by the tests
// of a package, one that Sentinels watch and a Cluster. A suite run through Each shows that all behave alike.
package redistest
