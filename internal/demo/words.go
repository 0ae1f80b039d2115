package demo

// Words of which names are made. The first words of businesses are invented;
// towns and their postcodes are real.

func firstWords() []string {
	return []string{
		"Wattlebrook", "Kurrabyne", "Tallowmere", "Brindaroo", "Gumtide", "Saltbush Ridge", "Ironpeg", "Coolamarra",
		"Bluewren", "Murrindale", "Yarrabyne", "Stringybark", "Copperline", "Banksia Point", "Jindarra", "Red Gully",
		"Mallee Edge", "Windarra", "Karribrook", "Burrawonga", "Sandfly Bay", "Corellaville", "Quollstone", "Paperbark Lane",
		"Lorikeet Hill", "Dusty Plains", "Kookaridge", "Tidewater Creek", "Warrandoo", "Blackwattle Flat",
	}
}

func trades() []string {
	return []string{
		"Solar", "Electrical", "Energy Systems", "Off-Grid", "Caravans", "Marine", "Battery Centre", "Power & Light",
		"Camper Hire", "Rural Supplies", "Auto Electrics", "Boat Works", "Sustainable Homes", "Farm Machinery", "Telecom", "4x4 Outfitters",
	}
}

func partners() []string {
	return []string{
		"Hallam", "Pryor", "Nakhle", "Ferrante", "Dunmore", "Costigan", "Vanderkolk", "Ashworth",
		"Mbeki", "Sorrell", "Thornbury", "Leong", "Papadakis", "Quigley", "Radford", "Szabo",
	}
}

func givenNames() []string {
	return []string{
		"Amelia", "Jack", "Priya", "Liam", "Chloe", "Noah", "Mei", "Hassan", "Isla", "Ethan", "Zara", "Lachlan",
		"Ngaire", "Tomas", "Ruby", "Angus", "Leila", "Cooper", "Freya", "Dimitri", "Harper", "Arjun", "Matilda", "Reuben",
	}
}

func familyNames() []string {
	return []string{
		"Nguyen", "Smith", "Kaur", "Brown", "Rossi", "Wilson", "Chen", "Taylor", "Haddad", "Walker", "Singh", "O'Brien",
		"Petrov", "Martin", "Kelly", "Fitzgerald", "Tamihana", "Murphy", "Andersson", "Doyle", "Georgiou", "Hughes", "Yamada", "Cole",
	}
}

func streets() []string {
	return []string{
		"Foundry Road", "Industrial Drive", "Harbour Street", "Station Street", "Depot Lane", "Enterprise Avenue",
		"Old Mill Road", "Wharf Parade", "Commerce Court", "Railway Terrace", "Acacia Street", "Turbine Close",
	}
}

// town is a place with the state and postcode of its addresses and the area
// code of its telephones.
type town struct{ name, state, postcode, area string }

func towns() []town {
	return []town{
		{"Alexandria", "NSW", "2015", "02"}, {"Parramatta", "NSW", "2150", "02"}, {"Newcastle", "NSW", "2300", "02"},
		{"Wollongong", "NSW", "2500", "02"}, {"Dubbo", "NSW", "2830", "02"}, {"Coffs Harbour", "NSW", "2450", "02"},
		{"Wagga Wagga", "NSW", "2650", "02"}, {"Fyshwick", "ACT", "2609", "02"}, {"Dandenong", "VIC", "3175", "03"},
		{"Geelong", "VIC", "3220", "03"}, {"Bendigo", "VIC", "3550", "03"}, {"Ballarat", "VIC", "3350", "03"},
		{"Mildura", "VIC", "3500", "03"}, {"Hobart", "TAS", "7000", "03"}, {"Launceston", "TAS", "7250", "03"},
		{"Brendale", "QLD", "4500", "07"}, {"Southport", "QLD", "4215", "07"}, {"Cairns", "QLD", "4870", "07"},
		{"Townsville", "QLD", "4810", "07"}, {"Toowoomba", "QLD", "4350", "07"}, {"Lonsdale", "SA", "5160", "08"},
		{"Port Lincoln", "SA", "5606", "08"}, {"Mount Gambier", "SA", "5290", "08"}, {"Fremantle", "WA", "6160", "08"},
		{"Geraldton", "WA", "6530", "08"}, {"Broome", "WA", "6725", "08"}, {"Darwin", "NT", "0800", "08"},
	}
}

// mobiles are numbers that nobody has, see
// https://www.acma.gov.au/phone-numbers-use-tv-shows-films-and-creative-works
func mobiles() []string {
	return []string{
		"0491 570 006", "0491 570 156", "0491 570 157", "0491 570 158", "0491 570 159", "0491 570 110", "0491 570 313",
		"0491 570 737", "0491 571 266", "0491 571 491", "0491 571 804", "0491 572 549", "0491 572 665", "0491 572 983",
		"0491 573 770", "0491 573 087", "0491 574 118", "0491 574 632", "0491 575 254", "0491 575 789", "0491 576 398",
		"0491 576 801", "0491 577 426", "0491 577 644", "0491 578 957", "0491 578 148", "0491 578 888", "0491 579 212",
	}
}

// freephones are kept free as mobiles are.
func freephones() []string {
	return []string{"1800 160 401", "1800 975 707", "1800 975 708", "1800 975 709", "1800 975 710", "1800 975 711"}
}
