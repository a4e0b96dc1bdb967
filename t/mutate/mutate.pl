#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# Writes mutants of C sources into copies of them, all of them at once: each
# condition `c` becomes `mutate(N, c)`, which answers as it should unless N is the
# mutant of this run (mutant.c), and each call that adds findings can be left out.
# One build serves for every mutant.
#
#	mutate.pl OUTDIR FILE...	writes OUTDIR/NAME.c and OUTDIR/mutants
#
# A line of `mutants` is "NUMBER<TAB>KEY<TAB>FILE:LINE"; the key is the file, the
# function, the text and what is done with it (negated, removed), and #N if that
# stands there more than once: so it survives edits elsewhere.

use strict;
use warnings;

my ($out, @files) = @ARGV;
my ($number, %times) = (0);
my $remove = qr/rules?_\w+|findings_add|mismatch|no_such_transition|pair_moves/;

# The same length, without what is in comments, strings and preprocessor lines.
sub mask {
	my ($text) = @_;
	$text =~ s{(/\*.*?\*/)|("(?:\\.|[^"\\])*")|('(?:\\.|[^'\\])*')}{
		my ($comment, $string, $char) = ($1, $2, $3);
		my $is = $comment // $string // $char;
		(my $blank = $is) =~ s/[^\n]/defined $comment ? ' ' : 'S'/ge;
		$blank
	}gse;
	$text =~ s{^(#(?:[^\n]|\\\n)*)}{' ' x length $1}gme;
	return $text;
}

# Where the bracket at $at is closed.
sub closing {
	my ($text, $at) = @_;
	my $depth = 0;
	for (; $at < length $$text; $at++) {
		my $c = substr $$text, $at, 1;
		$depth++ if $c =~ /[(\[{]/;
		return $at if $c =~ /[)\]}]/ && !--$depth;
	}
	die "a bracket is not closed";
}

# Split [$from, $to) at operators of the lowest depth: the first that is there of
# ?: is no place to split, && and || are.
sub atoms {
	my ($text, $from, $to) = @_;
	my ($depth, $start, @parts) = (0, $from);
	$from++, $start = $from while $from < $to && substr($$text, $from, 1) =~ /\s/;
	$to-- while $to > $from && substr($$text, $to - 1, 1) =~ /\s/;
	my $inner = substr $$text, $from, $to - $from;
	if ($inner =~ /^\(/ && closing($text, $from) == $to - 1) {
		return atoms($text, $from + 1, $to - 1);
	}
	for (my $i = $from; $i < $to; $i++) {
		my $c = substr $$text, $i, 1;
		$depth++ if $c =~ /[(\[{]/;
		$depth-- if $c =~ /[)\]}]/;
		return ([$from, $to]) if !$depth && $c eq '?';
		if (!$depth && substr($$text, $i, 2) =~ /^(&&|\|\|)$/) {
			push @parts, [$start, $i];
			$start = $i + 2;
			$i++;
		}
	}
	return ([$from, $to]) unless @parts;
	return map { atoms($text, @$_) } @parts, [$start, $to];
}

# Where the condition begins whose '?' is at $at.
sub condition_start {
	my ($text, $at, $first) = @_;
	my $depth = 0;
	for (my $i = $at - 1; $i > $first; $i--) {
		my $c = substr $$text, $i, 1;
		$depth++ if $c =~ /[)\]}]/;
		if ($c =~ /[(\[{]/) {
			return $i + 1 if !$depth;
			$depth--;
		}
		next if $depth;
		return $i + 1 if $c =~ /[,;?:]/;
		return $i + 1 if $c eq '=' && substr($$text, $i - 1, 1) !~ /[=!<>]/ &&
			substr($$text, $i + 1, 1) ne '=';
		return $i + 1 if substr($$text, $i - 5, 7) =~ /^\sreturn\s?$/s ||
			substr($$text, $i - 6, 7) =~ /^[\s]return$/;
	}
	die "a condition does not begin";
}

sub conditions {
	my ($text, $first, $last) = @_;
	my (@found, %seen);
	my $body = substr $$text, 0, $last;
	my $add = sub {
		my ($from, $to) = @_;
		push @found, grep { !$seen{"@$_"}++ } atoms($text, $from, $to);
	};
	pos($body) = $first;
	while ($body =~ /\b(if|while|for)\s*\(/g) {
		my ($word, $from) = ($1, pos($body));
		my $to = closing($text, $from - 1);
		if ($word eq 'for') {
			my ($depth, @semicolons) = (0);
			for my $i ($from .. $to - 1) {
				my $c = substr $body, $i, 1;
				$depth++ if $c =~ /[(\[{]/;
				$depth-- if $c =~ /[)\]}]/;
				push @semicolons, $i if !$depth && $c eq ';';
			}
			($from, $to) = ($semicolons[0] + 1, $semicolons[1]);
			next if substr($body, $from, $to - $from) !~ /\S/;
		}
		$add->($from, $to);
	}
	pos($body) = $first;
	while ($body =~ /\?/g) {
		$add->(condition_start($text, pos($body) - 1, $first), pos($body) - 1);
	}
	pos($body) = $first;
	while ($body =~ /(?:\breturn\b|[^=!<>]=(?!=))([^;{}]*);/g) {
		my ($from, $to) = ($-[1], $+[1]);
		my $what = $1;
		# The second part of a for, and values, are not conditions.
		1 while $what =~ s/\([^()]*\)//g;
		next if $what =~ /\?|=(?!=)[^=]*[^=!<>]=/ || $what =~ /[)(]/;
		$add->($from, $to) if $what =~ /&&|\|\||[=!]=|^\s*!|[^-]>|<(?!<)/;
	}
	return @found;
}

my @mutants;
sub mutant {
	my ($file, $text, $function, $from, $to, $how) = @_;
	my $said = substr $$text, $from, $to - $from;
	$said =~ s/\s+/ /g;
	my $key = "$file $function: $said => $how";
	my $time = ++$times{$key};
	$key .= " #$time" if $time > 1;
	my $line = 1 + (substr($$text, 0, $from) =~ tr/\n//);
	push @mutants, "$number\t$key\t$file:$line";
	return $number++;
}

for my $path (@files) {
	my $file = $path =~ s{.*/}{}r;
	local (@ARGV, $/) = ($path);
	my $text = <>;
	my $masked = mask($text);
	my @edits;
	while ($masked =~ /^\{\n/gm) {
		my $first = $-[0];
		my $last = index $masked, "\n}", $first;
		my ($head) = substr($masked, 0, $first) =~ /(?:^|\n)([^\n\t ][^\n]*(?:\n[\t ][^\n]*)*)\n$/;
		my ($function) = $head =~ /(\w+)\s*\(/ or next;
		for my $atom (conditions(\$masked, $first, $last)) {
			my ($from, $to) = @$atom;
			my $n = mutant($file, \$text, $function, $from, $to, 'negated');
			push @edits, [$from, $to, "mutate($n, !!(", "))"];
		}
		pos($masked) = $first;
		while ($masked =~ /\n\t+((?:return |ret = )?)($remove)\(/g) {
			last if $-[0] > $last;
			my $from = $-[2];
			my $to = 1 + closing(\$masked, $+[2]);
			pos($masked) = $to;
			next if substr($masked, $to, 1) ne ';';
			my $none = $1 eq '' ? '(void)0' : '0';
			my $n = mutant($file, \$text, $function, $from, $to, 'removed');
			push @edits, [$from, $to, "(mutate($n, 1) ? ", " : $none)"];
		}
		pos($masked) = $last;
	}
	my %at;
	push @{$at{$_->[0]}{open}}, $_ for sort { $b->[1] <=> $a->[1] } @edits;
	push @{$at{$_->[1]}{close}}, $_ for sort { $b->[0] <=> $a->[0] } @edits;
	my $from = 0;
	open my $copy, '>', "$out/$file" or die "$out/$file: $!";
	print $copy "#include <stdbool.h>\nextern bool mutate(int n, bool is);\n#line 1 \"$path\"\n";
	for my $place (sort { $a <=> $b } keys %at) {
		print $copy substr $text, $from, $place - $from;
		print $copy map({ $_->[3] } @{$at{$place}{close} // []}),
			map({ $_->[2] } @{$at{$place}{open} // []});
		$from = $place;
	}
	print $copy substr $text, $from;
	close $copy or die "$out/$file: $!";
}
open my $list, '>', "$out/mutants" or die "$out/mutants: $!";
print $list map { "$_\n" } @mutants;
close $list or die;
