package catalogue

import (
	"slices"
	"sort"
	"strconv"
	"strings"
)

// references checks that what one part names, another part defines, and that the two fit.
func (b *builder) references(raw rawFile, c *Catalogue) {
	if len(raw.Areas) == 0 && len(b.out.list) == 0 {
		b.out.add("the catalogue", pos{1, 1}, "there is no area: some file must list at least one under areas")
	}
	services, pools := map[string]Service{}, map[string]Pool{}
	for _, s := range c.Services {
		services[s.ID] = s
	}
	for _, p := range c.Pools {
		pools[p.ID] = p
	}
	for _, r := range raw.Tenants {
		b.known("area", r.where, "area", r.Area)
	}
	for _, r := range raw.Services {
		for i, id := range r.FollowedBy {
			b.known("service", r.where, "followedBy."+strconv.Itoa(i), id)
		}
	}
	for _, r := range raw.Pools {
		b.poolReferences(r, services)
	}
	for _, r := range raw.Offices {
		b.officeReferences(r, services, pools)
	}
}

func (b *builder) poolReferences(r rawPool, services map[string]Service) {
	b.known("area", r.where, "area", r.Area)
	for i, id := range r.Lends {
		b.known("area", r.where, "lends."+strconv.Itoa(i), id)
	}
	for i, id := range r.Services {
		key := "services." + strconv.Itoa(i)
		if !b.known("service", r.where, key, id) {
			continue
		}
		if !served(r.Desks, services[id].Role) {
			b.fault(r.where, key, "service %q needs a %s, and no desk of pool %q has that role", id, services[id].Role, r.ID)
		}
	}
}

func served(desks []rawDesk, role string) bool {
	for _, d := range desks {
		if d.Role == role {
			return true
		}
	}
	return false
}

func (b *builder) officeReferences(r rawOffice, services map[string]Service, pools map[string]Pool) {
	b.known("area", r.where, "area", r.Area)
	if r.Tenant != "" {
		b.known("tenant", r.where, "tenant", r.Tenant)
	}
	for _, c := range r.Facility.Conformity {
		b.known("pool", c.where, "pool", c.Pool)
	}
	seen := map[string][]rawOffer{}
	for _, o := range r.Offers {
		okService := b.known("service", o.where, "service", o.Service)
		okPool := b.known("pool", o.where, "pool", o.Pool)
		if !okService || !okPool {
			continue
		}
		pool := pools[o.Pool]
		pair := o.Service + "@" + o.Pool
		switch {
		case slices.ContainsFunc(seen[pair], func(other rawOffer) bool { return overlap(o, other) }):
			b.fault(o.where, "service", "service %q by pool %q is offered twice at once: end one before the other begins", o.Service, o.Pool)
		case !slices.Contains(pool.Services, o.Service):
			b.fault(o.where, "pool", "pool %q does not give service %q: it gives %s", o.Pool, o.Service, strings.Join(pool.Services, ", "))
		case pool.Area != r.Area && !slices.Contains(pool.Lends, r.Area):
			b.fault(o.where, "pool", "pool %q belongs to area %q, this office to %q: let the pool list that under lends", o.Pool, pool.Area, r.Area)
		case !equipped(r.Booths, services[o.Service].Needs):
			b.fault(o.where, "service", "service %q needs %s, and no booth of office %q has all of it",
				o.Service, strings.Join(services[o.Service].Needs, ", "), r.ID)
		}
		seen[pair] = append(seen[pair], o)
	}
}

// overlap reports whether two offers of the same thing share a day; dates written as YYYY-MM-DD sort by themselves. An
// act that is renewed is one offer after the other.
func overlap(x, y rawOffer) bool {
	before := func(x, y rawOffer) bool { return x.has("until") && x.Until < y.From }
	return !before(x, y) && !before(y, x)
}

func equipped(booths []rawBooth, needs []string) bool {
	for _, booth := range booths {
		all := true
		for _, n := range needs {
			all = all && slices.Contains(booth.Equipment, n)
		}
		if all {
			return true
		}
	}
	return false
}

// known reports whether a thing of that kind exists, and adds a finding where it does not.
func (b *builder) known(kind string, w where, key, id string) bool {
	if _, ok := b.seen[kind][id]; ok {
		return true
	}
	if !w.has(key) {
		b.missing(w, key)
		return false
	}
	ids := make([]string, 0, len(b.seen[kind]))
	for known := range b.seen[kind] {
		ids = append(ids, known)
	}
	sort.Strings(ids)
	b.fault(w, key, "there is no %s %q: %s", kind, short(id), suggestion(id, ids))
	return false
}
