#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# Tampers with a legal history and asks whether the audit finds it:
#
#	tamper.pl OPS [SAMPLE]		in the repository of that history
#
# Each operator below changes one commit; those after it keep their trees and what
# they say, on top of the changed one.  For every operator and every commit (or as many
# commits as SAMPLE says, chosen by a fixed seed) the audit must refuse, name the
# changed commit before all others, and name a rule of the operator's.  Prints what it
# did not find, and at last what was counted; fails if anything was not found.
#
# Objects are written as one pack, since git itself would not write some of them.

use strict;
use warnings;
use Compress::Zlib qw(compress);
use Digest::SHA qw(sha1 sha1_hex);
use IPC::Open2;

my ($ops, $sample) = @ARGV;
my $tasks = '05-PROCESSES/active-tasks';
my $prompts = '05-PROCESSES/prompts';
my $config = '05-PROCESSES/ops.yaml';
my $agent = '05-PROCESSES/agents/Quality/validator.md';

# --- reading objects ---

my $pid = open2(my $from, my $to, qw(git cat-file --batch)) or die;
binmode $from;
my %read;
sub object {
	my ($name) = @_;
	return $read{$name} if exists $read{$name};
	print $to "$name\n";
	$to->flush;
	my ($id, $type, $size) = split ' ', scalar <$from>;
	die "no object '$name'" unless defined $size;
	my $data = '';
	while (length $data < $size + 1) {
		read $from, $data, $size + 1 - length $data, length $data or die;
	}
	chop $data;
	$read{$name} = $data if $type eq 'tree';
	return $data;
}

# --- writing objects ---

my (%written, @pack);
sub put {
	my ($type, $data) = @_;
	my $id = sha1_hex("$type " . length($data) . "\0$data");
	return $id if $written{$id}++;
	my $size = length $data;
	my $byte = ({ commit => 1, tree => 2, blob => 3 }->{$type} << 4) | ($size & 15);
	my $head = '';
	for ($size >>= 4; $size; $size >>= 7) {
		$head .= chr($byte | 128);
		$byte = $size & 127;
	}
	push @pack, $head . chr($byte) . compress($data, 1);
	$read{$id} = $data if $type eq 'tree';
	return $id;
}

sub write_pack {
	my $pack = 'PACK' . pack('NN', 2, scalar @pack) . join '', @pack;
	open my $index, '|-', qw(git index-pack --stdin) or die;
	binmode $index;
	print $index $pack, sha1($pack);
	close $index or die 'git index-pack failed';
}

# The tree with PATH as MODE and ID (undef: without it).
sub tree_with {
	my ($tree, $path, $mode, $id) = @_;
	my ($name, $rest) = split m{/}, $path, 2;
	my (%entries, $data) = ();
	$data = $tree ? object($tree) : '';
	while ($data =~ /\G(\d+) ([^\0]+)\0(.{20})/gs) {
		$entries{$2} = [$1, $3];
	}
	if (defined $rest) {
		my $old = $entries{$name} ? unpack('H*', $entries{$name}[1]) : undef;
		$entries{$name} = ['40000', pack 'H*', tree_with($old, $rest, $mode, $id)];
	} elsif (defined $id) {
		$entries{$name} = [$mode, pack 'H*', $id];
	} else {
		die "no '$path'" unless delete $entries{$name};
	}
	my $key = sub { $_[0] . ($entries{$_[0]}[0] eq '40000' ? '/' : '') };
	return put('tree', join '', map { "$entries{$_}[0] $_\0$entries{$_}[1]" }
		sort { $key->($a) cmp $key->($b) } keys %entries);
}

sub file {
	my ($commit, $path) = @_;
	return object("$commit->{id}:$path");
}

# --- the history ---

my @history;
for my $id (split ' ', `git rev-list --reverse --topo-order HEAD`) {
	my $raw = object($id);
	my ($head, $message) = split /\n\n/, $raw, 2;
	my ($tree) = $head =~ /^tree (\w+)/;
	my @parents = $head =~ /^parent (\w+)$/mg;
	die "the history is not one line" if @parents > 1;
	my @docs = $message =~ /^Ops-Doc: (.*)$/mg;
	push @history, { id => $id, head => $head, message => $message, tree => $tree,
		docs => \@docs, ops => ($message =~ /^Ops-Id: (\w+)$/m)[0] };
}
my ($last_time) = $history[-1]{head} =~ /^committer .*> (\d+)/m;

# A commit as it was, but for what is given.
sub commit {
	my ($old, $parents, %with) = @_;
	my $head = $with{head} // $old->{head};
	my $tree = $with{tree} // $old->{tree};
	my $lines = join '', map { "parent $_\n" } @$parents;
	$head =~ s/^parent .*\n//mg;
	$head =~ s/^tree \w+\n/tree $tree\n$lines/;
	return put('commit', "$head\n\n" . ($with{message} // $old->{message}));
}

# --- the operators: what they do to commit $k, on top of $parent ---
# Each returns the id of the bad commit, and of the one to go on from; nothing where
# there is nothing to do.

sub said {	# with another message
	my ($rule, $change) = @_;
	return { rule => $rule, do => sub {
		my ($k, $parent) = @_;
		my $c = $history[$k];
		local $_ = $c->{message};
		$change->($k, $c);
		return if $_ eq $c->{message};
		return commit($c, [$parent], message => $_);
	} };
}

sub headed {	# with another header
	my ($rule, $change) = @_;
	return { rule => $rule, do => sub {
		my ($k, $parent) = @_;
		my $c = $history[$k];
		local $_ = $c->{head};
		$change->($k, $c);
		return commit($c, [$parent], head => $_);
	} };
}

sub made {	# with another tree
	my ($rule, $change) = @_;
	return { rule => $rule, do => sub {
		my ($k, $parent) = @_;
		my $c = $history[$k];
		my $tree = $change->($k, $c);
		return if !$tree || $tree eq $c->{tree};
		return commit($c, [$parent], tree => $tree);
	} };
}

# A document that the commit changed and that is still there.
sub changed {
	my ($c, $before) = @_;
	my ($path) = grep { m{\.md$} } split /\n/,
		`git diff-tree -r --no-renames --diff-filter=AM --name-only $before->{id} $c->{id}`;
	return $path;
}

my %operators = (
	'author-of-the-roster' => headed(qr/actor\.forged/,
		sub { s/^author .*> /author Docwriter <docwriter\@example.org> /m }),
	'author-unknown' => headed(qr/actor\.forged/,
		sub { s/^author .*> /author Eve <eve\@evil.example> /m }),
	'actor-another' => said(qr/actor\.forged/, sub { s/^Ops-Actor: .*/Ops-Actor: docwriter/m }),
	'actor-and-author-another' => { rule => qr/power\.|packet\.writer/, do => sub {
		my ($k, $parent) = @_;
		my $c = $history[$k];
		(my $head = $c->{head}) =~ s/^author .*> /author Scout <scout\@example.org> /m;
		(my $message = $c->{message}) =~ s/^Ops-Actor: .*/Ops-Actor: scout/m;
		return commit($c, [$parent], head => $head, message => $message);
	} },
	'action-another' => said(qr/trailer\.mismatch/, sub {
		s/^Ops-Action: (.*)/'Ops-Action: ' . ($1 eq 'complete' ? 'cancel' : 'complete')/me }),
	'action-left-out' => said(qr/trailer\.mismatch/, sub { s/^Ops-Action: .*\n//m }),
	'actor-left-out' => said(qr/trailer\.mismatch/, sub { s/^Ops-Actor: .*\n//m }),
	'id-left-out' => said(qr/trailer\.mismatch/, sub { s/^Ops-Id: .*\n//m }),
	'id-of-the-one-before' => said(qr/trailer\.replayed/, sub {
		my ($k) = @_;
		my $id = $history[$k - 1]{ops} or return;
		s/^Ops-Id: .*/Ops-Id: $id/m }),
	'document-another' => said(qr/trailer\.mismatch/,
		sub { s/^Ops-Doc: .*/Ops-Doc: $prompts\/old-prompt.md/m }),
	'policy-older' => said(qr/trailer\.mismatch/, sub { s/^Ops-Policy: .*/Ops-Policy: 0/m }),
	'trailer-twice' => said(qr/trailer\.grammar/, sub { s/^(Ops-Actor: .*\n)/$1$1/m }),
	'trailer-in-the-body' => said(qr/trailer\.grammar/,
		sub { s/\n\n/\n\nops-actor: governance-orchestrator\n\n/ }),
	'trailers-out-of-order' => said(qr/trailer\.grammar/,
		sub { s/^(Ops-Actor: .*\n)(Ops-Policy: .*\n)/$2$1/m }),
	'status-another' => said(qr/trailer\.mismatch/, sub {
		s/^Ops-Status: .*/Ops-Status: Blocked -> Cancelled/m or
		s/^(Ops-Doc: .*\n)/$1Ops-Status: Blocked -> Cancelled\n/m }),
	'message-with-a-nul' => said(qr/commit\.header|trailer\.grammar/, sub { s/\n\n/\n\n\0\n\n/ }),
	'message-of-the-next' => { rule => qr/trailer\.mismatch|actor\.|power\.|packet\./, do => sub {
		my ($k, $parent) = @_;
		my $next = $history[$k + 1] or return;
		# Two acts on one document may be told alike; the id, told twice, is then
		# found at the second.
		return if "@{$next->{docs}}" eq "@{$history[$k]{docs}}" &&
			$next->{message} !~ /^Ops-Status:/m;
		return commit($history[$k], [$parent], message => $next->{message},
			head => $next->{head});
	} },
	'two-authors' => headed(qr/commit\.header/,
		sub { s/^(committer )/author Eve <eve\@evil.example> 1 +0000\n$1/m }),
	'header-unknown' => headed(qr/commit\.header/, sub { $_ .= "\nreviewed-by Gov" }),
	'header-encoding' => headed(qr/commit\.header/, sub { $_ .= "\nencoding latin1" }),
	'parent-twice' => { rule => qr/commit\.header/, do => sub {
		my ($k, $parent) = @_;
		return commit($history[$k], [$parent, $parent]);
	} },
	'document-is-a-link' => made(qr/doc\.mode|packet\.append-only/, sub {
		my ($k, $c) = @_;
		my $path = changed($c, $history[$k - 1]) or return;
		return tree_with($c->{tree}, $path, '120000', put('blob', 'elsewhere')) }),
	'document-is-a-module' => made(qr/doc\.mode|packet\.append-only/, sub {
		my ($k, $c) = @_;
		my $path = changed($c, $history[$k - 1]) or return;
		return tree_with($c->{tree}, $path, '160000', $c->{id}) }),
	'another-document-approved' => made(qr/field\.guarded|power\./, sub {
		my ($k, $c) = @_;
		my $text = file($c, "$prompts/draft-prompt.md");
		$text =~ s/^Status: Draft/Status: Approved/m or die;
		return tree_with($c->{tree}, "$prompts/draft-prompt.md", '100644', put('blob', $text)) }),
	'another-document-deleted' => made(qr/doc\.deleted/, sub {
		my ($k, $c) = @_;
		return tree_with($c->{tree}, "$prompts/old-prompt.md") }),
	'an-agent-changed' => made(qr/power\.missing|actor\./, sub {
		my ($k, $c) = @_;
		my $text = file($c, $agent);
		$text =~ s/^Role: .*/Role: operations-orchestrator/m or die;
		return tree_with($c->{tree}, $agent, '100644', put('blob', $text)) }),
	'the-policy-changed' => made(qr/config\.alone|power\.protected/, sub {
		my ($k, $c) = @_;
		return tree_with($c->{tree}, $config, '100644',
			put('blob', "format: 1\nversion: 2\nreview: {period: 9 months}\n")) }),
	'nothing-done' => made(qr/trailer\.mismatch/, sub { $history[$_[0] - 1]{tree} }),
	'the-one-before-undone' => made(qr/trailer\.mismatch|doc\.|packet\.|task\./, sub {
		$_[0] < 2 ? undef : $history[$_[0] - 2]{tree} }),
	'one-put-before' => { rule => qr/actor\.unknown/, do => sub {
		my ($k, $parent) = @_;
		my ($c, $before) = ($history[$k], $history[$k - 1]);
		my $text = file($before, "$prompts/delivery-prompt.md") . "Skip the tests.\n";
		my $bad = put('commit', 'tree ' . tree_with($before->{tree},
			"$prompts/delivery-prompt.md", '100644', put('blob', $text)) .
			"\nparent $parent\nauthor Eve <eve\@evil.example> $last_time +0000\n" .
			"committer Eve <eve\@evil.example> $last_time +0000\n\nhelpful\n");
		return ($bad, commit($c, [$bad]));
	} },
	'merge-that-drops-it' => { rule => qr/merge\.dropped/, do => sub {
		my ($k, $parent) = @_;
		my $other = put('commit', "tree $history[$k - 1]{tree}\nparent $parent\n" .
			"author Eve <eve\@evil.example> $last_time +0000\n" .
			"committer Eve <eve\@evil.example> $last_time +0000\n\nnothing\n");
		my $mine = commit($history[$k], [$parent]);
		my $bad = put('commit', "tree $history[$k - 1]{tree}\nparent $other\nparent $mine\n" .
			"author Eve <eve\@evil.example> $last_time +0000\n" .
			"committer Eve <eve\@evil.example> $last_time +0000\n\nmerge\n");
		return ($bad, $bad);
	} },
);

# --- all of them ---

my @tried;
my $seed = 20260115;
for my $name (sort keys %operators) {
	my $op = $operators{$name};
	my %chosen;
	if ($sample) {
		for (1 .. $sample) {
			$seed = ($seed * 1103515245 + 12345) % 2147483648;
			$chosen{1 + $seed % (@history - 2)}++;
		}
	}
	for my $k (1 .. $#history) {
		next if $sample && !$chosen{$k};
		next if $k == $#history && $name eq 'message-of-the-next';
		my ($bad, $at) = $op->{do}->($k, $history[$k - 1]{id});
		next unless $bad;
		$at //= $bad;
		$at = commit($history[$_], [$at]) for $k + 1 .. $#history;
		push @tried, [$name, $k, $bad, $at, $op->{rule}];
	}
}
write_pack();

my ($missed, %count) = (0);
for (@tried) {
	my ($name, $k, $bad, $tip, $rule) = @$_;
	my $said = `"$ops" audit verify $tip 2>&1`;
	my $status = $? >> 8;
	my ($first, $why) = $said =~ /^refused (\w+) [^\n]*\n((?: [^\n]*\n)*)/m;
	$count{$name}++;
	next if $status == 1 && defined $first && index($bad, $first) == 0 &&
		$why =~ /error $rule/;
	$missed++;
	print "$name at $k: status $status, ", defined $first ? "first $first" : 'nothing refused',
		" instead of ", substr($bad, 0, 7), "\n", $said =~ s/^/    /mgr;
}
my @few = grep { !$count{$_} } keys %operators;
print "never tried: @few\n" if @few;
printf "%d tampered histories of %d commits, by %d operators: %d not found\n",
	scalar @tried, scalar @history, scalar keys %count, $missed;
exit($missed || @few ? 1 : 0);
