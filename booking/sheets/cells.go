package sheets

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Cells that hold more than one value:
//
//	hours   Mon-Fri 09:00-17:00 12:00-13:00; Sat 09:00-12:00     days, open, and where closed at noon that
//	booths  okuse-1 ブース1 camera+headset 5; okuse-2 ブース2 camera     id, name, equipment and minutes of cleaning

var hoursForm = regexp.MustCompile(`^(\S+) (\d\d:\d\d)-(\d\d:\d\d)(?: (\d\d:\d\d)-(\d\d:\d\d))?$`)

func parts(cell string) []string {
	var list []string
	for one := range strings.SplitSeq(cell, ";") {
		if one = strings.Join(strings.Fields(one), " "); one != "" {
			list = append(list, one)
		}
	}
	return list
}

// hoursYAML turns a cell of opening hours into YAML.
func hoursYAML(cell string) (string, error) {
	var list []string
	for _, one := range parts(cell) {
		m := hoursForm.FindStringSubmatch(one)
		if m == nil {
			return "", fmt.Errorf("hours %q: write for example Mon-Fri 09:00-17:00 12:00-13:00, several with ; between them", cut(one))
		}
		text := fmt.Sprintf("{days: %s, open: %s, close: %s", quoted(m[1]), quoted(m[2]), quoted(m[3]))
		if m[4] != "" {
			text += fmt.Sprintf(", noonFrom: %s, noonTo: %s", quoted(m[4]), quoted(m[5]))
		}
		list = append(list, text+"}")
	}
	return "[" + strings.Join(list, ", ") + "]", nil
}

// boothsYAML turns a cell of booths into YAML.
func boothsYAML(cell string) (string, error) {
	var list []string
	for _, one := range parts(cell) {
		words := strings.Fields(one)
		cleaning := ""
		if n := len(words); n == 4 {
			cleaning = words[3]
		} else if n != 2 && n != 3 {
			return "", fmt.Errorf("booth %q: write id, name, equipment with + between and minutes of cleaning, for example okuse-1 ブース1 camera+headset 5", cut(one))
		}
		text := fmt.Sprintf("{id: %s, name: %s", quoted(words[0]), quoted(words[1]))
		if len(words) > 2 {
			var things []string
			for thing := range strings.SplitSeq(words[2], "+") {
				things = append(things, quoted(thing))
			}
			text += ", equipment: [" + strings.Join(things, ", ") + "]"
		}
		if cleaning != "" {
			if !number.MatchString(cleaning) {
				return "", fmt.Errorf("booth %q: cleaning is minutes, not %q", words[0], cut(cleaning))
			}
			text += ", cleaning: " + cleaning
		}
		list = append(list, text+"}")
	}
	return "[" + strings.Join(list, ", ") + "]", nil
}

var number = regexp.MustCompile(`^[0-9]{1,4}$`)

// quoted writes a string as YAML; JSON's strings are YAML's.
func quoted(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		return `""` // strings can always be written
	}
	return string(text)
}

// cellYAML turns any cell into the YAML of its value.
func cellYAML(column, cell string) (string, error) {
	switch column {
	case "hours":
		return hoursYAML(cell)
	case "booths":
		return boothsYAML(cell)
	case "registration":
		if !number.MatchString(cell) {
			return "", fmt.Errorf("registration is a year, not %q", cut(cell))
		}
		return cell, nil
	default:
		return quoted(cell), nil
	}
}
