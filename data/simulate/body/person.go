package body

import (
	"math"
	"math/rand/v2"
)

// Sex is what the tables are cut by.
type Sex int

// The sexes of the tables.
const (
	Female Sex = iota
	Male
)

// String is a word for people.
func (s Sex) String() string { return [...]string{"female", "male"}[s] }

// Person is who a body belongs to.
type Person struct {
	Sex     Sex
	Age     float64 // years
	Stature float64 // metres, standing straight
	Mass    float64 // kg
	Frailty float64 // 0 = robust, 1 = can only just walk
}

// Child tells whether the person still grows.
func (p Person) Child() bool { return p.Age < 18 }

// growth is a row of the CDC growth charts: stature in cm and body mass index by age, each
// as L, M and S (Kuczmarski et al. 2002, "2000 CDC Growth Charts for the United States",
// Vital and Health Statistics 11(246), statage and bmiagerev).
type growth struct {
	age          float64 // years
	stature, bmi lms
}

// lms are the power, the median and the coefficient of variation of a skewed normal
// distribution (Cole & Green 1992, "Smoothing reference centile curves: the LMS method").
type lms struct{ l, m, s float64 }

// at is the value that lies z standard deviations from the median.
func (d lms) at(z float64) float64 {
	if math.Abs(d.l) < 1e-6 {
		return d.m * math.Exp(d.s*z)
	}
	return d.m * math.Pow(max(1+d.l*d.s*z, 0.05), 1/d.l)
}

func (d lms) mixed(e lms, part float64) lms {
	return lms{d.l + part*(e.l-d.l), d.m + part*(e.m-d.m), d.s + part*(e.s-d.s)}
}

var charts = [2][]growth{
	Female: {
		{2, lms{1.0513, 85.397, 0.04086}, lms{-1.0245, 16.388, 0.0850}},
		{4, lms{0.2257, 101.034, 0.04326}, lms{-3.0185, 15.299, 0.0787}},
		{6, lms{-0.2191, 115.005, 0.04496}, lms{-3.2256, 15.217, 0.0938}},
		{8, lms{-0.0793, 127.826, 0.04597}, lms{-2.6172, 15.827, 0.1172}},
		{10, lms{0.2847, 138.211, 0.04870}, lms{-2.1713, 16.862, 0.1371}},
		{12, lms{1.3030, 151.487, 0.04860}, lms{-1.9755, 18.101, 0.1484}},
		{14, lms{0.9566, 160.478, 0.04102}, lms{-1.9771, 19.353, 0.1513}},
		{16, lms{0.9411, 162.569, 0.03982}, lms{-2.1192, 20.453, 0.1491}},
		{18, lms{1.0476, 163.131, 0.03969}, lms{-2.3037, 21.275, 0.1473}},
	},
	Male: {
		{2, lms{1.0072, 86.862, 0.04040}, lms{-1.9824, 16.548, 0.0801}},
		{4, lms{0.8276, 102.510, 0.04134}, lms{-1.7149, 15.628, 0.0719}},
		{6, lms{1.1374, 115.661, 0.04367}, lms{-3.2117, 15.384, 0.0830}},
		{8, lms{0.4553, 128.124, 0.04513}, lms{-3.1831, 15.782, 0.1021}},
		{10, lms{0.5056, 138.823, 0.04761}, lms{-2.7656, 16.646, 0.1201}},
		{12, lms{0.4209, 149.309, 0.04995}, lms{-2.4474, 17.815, 0.1314}},
		{14, lms{1.6704, 164.142, 0.04895}, lms{-2.2274, 19.158, 0.1353}},
		{16, lms{2.1130, 173.610, 0.04309}, lms{-2.0390, 20.558, 0.1342}},
		{18, lms{1.4000, 176.185, 0.04064}, lms{-1.8747, 21.896, 0.1323}},
	},
}

// chart is the row for an age, between two rows by interpolation; adults have the last.
func chart(sex Sex, age float64) growth {
	rows := charts[sex]
	for i := 1; i < len(rows); i++ {
		if a, b := rows[i-1], rows[i]; age < b.age {
			part := min(max((age-a.age)/(b.age-a.age), 0), 1)
			return growth{age, a.stature.mixed(b.stature, part), a.bmi.mixed(b.bmi, part)}
		}
	}
	return rows[len(rows)-1]
}

// shrunk is how many metres of stature old age has taken: 3 cm of men and 5 cm of women
// from 30 to 70 years of age, 5 and 8 cm up to 80 (Sorkin, Muller & Andres 1999,
// "Longitudinal change in height of men and women").
func shrunk(sex Sex, age float64) float64 {
	at70, at80 := 0.05, 0.08
	if sex == Male {
		at70, at80 = 0.03, 0.05
	}
	switch {
	case age < 30:
		return 0
	case age < 70:
		return at70 * math.Pow((age-30)/40, 1.5)
	}
	return at70 + (at80-at70)*min(age-70, 20)/10
}

// Who is the kind of people that are drawn.
type Who int

// Kinds of people.
const (
	Anyone Who = iota // a household and its visitors: half of them are over 65
	Kid               // 3 to 14 years
	Adult             // 18 to 64 years
	Senior            // 65 to 95 years, some of them frail
)

// Draw draws a person.
func Draw(rng *rand.Rand, who Who) Person {
	p := Person{Sex: Sex(rng.IntN(2)), Age: drawAge(rng, who)}
	row := chart(p.Sex, p.Age)
	z := min(max(rng.NormFloat64(), -2.3), 2.3)
	p.Stature = row.stature.at(z)/100 - shrunk(p.Sex, p.Age)
	bmi := row.bmi.at(min(max(rng.NormFloat64(), -1.8), 1.5))
	if !p.Child() { // grown-ups are heavier than at 18, the frail less so
		p.Frailty = drawFrailty(rng, p.Age)
		bmi = min(max(26.5-4*p.Frailty+4*rng.NormFloat64(), 17.5), 38)
	}
	p.Mass = bmi * p.Stature * p.Stature
	return p
}

func drawAge(rng *rand.Rand, who Who) float64 {
	if who == Anyone {
		switch u := rng.Float64(); {
		case u < 0.08:
			who = Kid
		case u < 0.5:
			who = Adult
		default:
			who = Senior
		}
	}
	from, to := 18.0, 65.0
	switch who {
	case Kid:
		from, to = 3, 15
	case Senior:
		from, to = 65, 95
	}
	return from + (to-from)*rng.Float64()
}

// drawFrailty is 0 up to 65 years of age and spreads over the whole range at 90.
func drawFrailty(rng *rand.Rand, age float64) float64 {
	most := min(max((age-62)/26, 0), 1)
	return most * math.Pow(rng.Float64(), 0.8)
}
