// Command holidaygen writes the table of Japan's national holidays from the list the Cabinet Office publishes
// (内閣府「国民の祝日」について, syukujitsu.csv), which it expects as UTF-8 "date,name" lines in
// $MADOGUCHI_DATA/holidays/holidays.csv. Run it through go generate once a year, when the new list is out.
package main
