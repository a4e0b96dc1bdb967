#!/usr/bin/perl
# SPDX-License-Identifier: MIT
#
# A second opinion on who may do what when: a small model of tasks, gates and people,
# written from the manual pages and the built-in configuration, not from the judge.
#
#	model.pl TOOL REPOSITORY ACTIONS [SEED]
#
# Random actions, legal and illegal, of six people (one with two names) are asked of the
# model, of ops, of a server's hook and of the audit (model-tool.c), the last two
# about a commit made by hand.  All must agree on each; legal ones are kept.  Every
# 200 actions begin again with a fresh copy of the bare REPOSITORY.

use strict;
use warnings;
use IPC::Open2;

my ($tool, $repository, $actions, $seed) = @ARGV;
my $state = $seed // 1;
sub random {	# 0 .. n-1, the same on every machine
	my ($n) = @_;
	$state = ($state * 1103515245 + 12345) % 2147483648;
	return int($state / 65536) % $n;
}
sub yes($) { return $_[0] ? 1 : 0 }	# never a list
sub one_of { return $_[random(scalar @_)] }

# --- the tables ---

my %powers = (
	'operations-orchestrator' => [qw(task.create task.edit task.manage assign request complete)],
	'governance-orchestrator' => [qw(govern)],
	'meta-orchestrator' => [qw(task.create task.manage roster)],
	'codegen' => [qw(work)],
	'codegen-alt' => [qw(work)],
	'alice-checker' => [qw(work validate)],
	'validator' => [qw(work validate)],
);
my %department = ('codegen' => 'Production', 'codegen-alt' => 'Production',
	'alice-checker' => 'Quality', 'validator' => 'Quality',
	'governance-orchestrator' => 'Governance');
my %person = ('codegen-alt' => 'alice', 'alice-checker' => 'alice');
my @people = sort keys %powers;
my %gates = (
	'pre-governance' => { power => 'govern', in => 'Queued', by => 'request', after => [],
		parts => [qw(version)] },
	'quality' => { power => 'validate', in => 'Review', by => 'assignee',
		after => ['pre-governance'], parts => [qw(version assignee rework)] },
	'post-governance' => { power => 'govern', in => 'Review', by => 'request',
		after => ['pre-governance', 'quality'], parts => [qw(version assignee rework)] },
);
my @gates = sort keys %gates;
my %final = (Complete => 1, Cancelled => 1);

# --- the model ---

my (%tasks, %inactive);

sub holds {
	my ($who, $power) = @_;
	return scalar(!$inactive{$who} && grep { $_ eq $power } @{$powers{$who}});
}
sub is_assignee {
	my ($who, $t) = @_;
	return defined $t->{assignee} && $t->{assignee} eq $who && holds($who, 'work');
}
sub human { return $person{$_[0]} // $_[0] }
sub had_a_part {
	my ($who, $t) = @_;
	return $t->{part}{human($who)};
}
# What a gate decides about, as it is now.
sub subject {
	my ($t, $gate) = @_;
	return join ' ', map { $t->{$_} // '' } @{$gates{$gate}{parts}};
}
# none, requested, approved, rejected, blocked, stale
sub gate_state {
	my ($t, $gate) = @_;
	my $g = $t->{gates}{$gate} // {};
	my $now = subject($t, $gate);
	return 'blocked' if $g->{block};
	return 'none' unless $g->{request};
	my $r = $g->{request};
	return 'none' if $r->{answer} eq 'Block';	# lifted: it is asked for again
	return $r->{answer} eq 'Reject' ? 'rejected' :
		$r->{about} ne $now ? 'stale' : 'approved' if $r->{answer};
	return $r->{about} ne $now ? 'stale' : 'requested';
}
sub approved { return gate_state(@_) eq 'approved' }
sub unblocked {
	my ($t) = @_;
	return !grep { gate_state($t, $_) eq 'blocked' } @gates;
}
sub may_request {
	my ($who, $t, $gate, $in) = @_;
	my $g = $gates{$gate};
	return ($g->{by} eq 'assignee' ? is_assignee($who, $t) : holds($who, $g->{by})) &&
		$in eq $g->{in} && !grep({ !approved($t, $_) } @{$g->{after}}) &&
		yes(gate_state($t, $gate) !~ /^(?:requested|approved)$/);
}

# Each action: whether it is legal, what it does to the model, and the lines of a commit
# by hand.  $t is the task; $x whatever the action needs more.
my $number = 0;
my $hint;	# the gate to ask at
sub packet {
	my ($kind, $who, $t, @more) = @_;
	my $id = sprintf '20260115T%06dZ-%s-%04x', $number++, $kind, random(65536);
	return ($id, "put 05-PROCESSES/packets/$t->{id}/$id.md", '---', "Kind: $kind",
		"About: $t->{id}", "From: $who", 'Date: 2026-01-15T12:00:00Z', @more);
}
my @evidence = ('Evidence:', '  - reports/test.log ${digest reports/test.log}');
my @parts = map { ('', "## $_", '', 'said') } 'Scope', 'Approach', 'Risk Assessment',
	'Documentation', 'Outputs', 'Test Results', 'Reason', 'Lifted When', 'Missing Evidence', 'Next Action';
sub lines {	# of a packet: its first is a line, the others a block
	my ($put, @block) = @_;
	return ($put, map { "| $_" } @block);
}
sub request_packet {
	my ($who, $t, $gate) = @_;
	my ($id, @text) = packet('request', $who, $t, "Gate: $gate",
		"Subject: \${subject $gate $t->{path}}", '---', @parts);
	return ($id, lines(@text));
}
my $rejects = "Missing Evidence=said;Next Action=said";
sub decision_packet {
	my ($who, $t, $gate, $decision, $answers, $path) = @_;
	my ($id, @text) = packet('decision', $who, $t, "Gate: $gate", "Decision: $decision",
		$answers ? "Answers: $answers" : (), "Subject: \${subject $gate $path}",
		@evidence, '---', @parts);
	return ($id, lines(@text));
}
sub request_sections { return join ';', map { "$_=said" } 'Scope', 'Approach',
	'Risk Assessment', 'Documentation', 'Outputs', 'Test Results' }
sub decide {
	my ($who, $t, $gate, $decision) = @_;
	my $g = $t->{gates}{$gate} //= {};
	my $is = gate_state($t, $gate);
	my $answers = $is eq 'blocked' && $decision eq 'Lift' ? $g->{block} :
		$is eq 'requested' ? $g->{request}{id} : undef;
	my ($id, @lines) = decision_packet($who, $t, $gate, $decision, $answers, $t->{path});
	my $legal = holds($who, $gates{$gate}{power});
	$legal &&= $is eq 'requested' && $t->{status} eq $gates{$gate}{in} &&
		!had_a_part($who, $t) && !grep({ !approved($t, $_) } @{$gates{$gate}{after}})
		if $decision eq 'Approve';
	$legal &&= $is eq 'blocked' && !had_a_part($who, $t) if $decision eq 'Lift';
	return { legal => $legal, lines => \@lines,
		act => 'gate.' . lc($decision) . "|$t->{id}||$gate|said|reports/test.log|" .
			($decision eq 'Block' ? 'Lifted When=said' :
			 $decision eq 'Reject' ? $rejects : ''),
		do => sub {
			$g->{block} = $id if $decision eq 'Block';
			delete $g->{block} if $decision eq 'Lift';
			$g->{request}{answer} = $decision
				if $is eq 'requested' && $decision ne 'Lift';
		} };
}
sub set { my ($t, @pairs) = @_;
	my @lines;
	while (my ($field, $value) = splice @pairs, 0, 2) {
		push @lines, defined $value ? "set $t->{path} $field $value" :
			"clear $t->{path} $field";
	}
	return @lines;
}
sub archive { my ($t) = @_;
	return "05-PROCESSES/completed-tasks/2026/01/$t->{id}.md" }
# A hand-made change of status says nothing when the status is that already.
sub step {
	my ($t, $to, $legal, $act, $do, @lines) = @_;
	return { legal => $legal && !$final{$t->{status}}, act => $act, do => $do,
		lines => \@lines, no_hand => $t->{status} eq $to || $final{$t->{status}} };
}

my %actions = (
	edit => sub { my ($who, $t) = @_;
		my $version = $number++;
		return { legal => (holds($who, 'task.edit') || is_assignee($who, $t)) &&
				yes($t->{status} =~ /^(?:Queued|Assigned|In-Progress|Blocked)$/),
			act => "edit|$t->{id}|||||Scope=- `src/v$version.c`",
			lines => ["section $t->{path} Scope = - `src/v$version.c`"],
			do => sub { $t->{version} = $version } } },
	hurry => sub { my ($who, $t) = @_;
		my $to = $t->{priority} eq 'LOW' ? 'HIGH' : 'LOW';
		return { legal => (holds($who, 'task.edit') || is_assignee($who, $t)) &&
				yes($t->{status} =~ /^(?:Queued|Assigned|In-Progress|Blocked)$/),
			act => "edit.field|$t->{id}|||||Priority=$to",
			lines => ["set $t->{path} Priority $to"], do => sub { $t->{priority} = $to } } },
	request => sub { my ($who, $t) = @_;
		my $gate = $hint // one_of(@gates);
		my ($id, @lines) = request_packet($who, $t, $gate);
		return { legal => may_request($who, $t, $gate, $t->{status}),
			act => "gate.request|$t->{id}||$gate||reports/test.log|" . request_sections(),
			lines => \@lines, do => sub {
				$t->{part}{human($who)} = 1;
				$t->{gates}{$gate}{request} = { id => $id, answer => '',
					about => subject($t, $gate) } } } },
	approve => sub { return decide(@_, $hint // one_of(@gates), 'Approve') },
	reject => sub { my ($who, $t) = @_;
		return decide($who, $t, one_of(@gates), 'Reject') },
	stop => sub { my ($who, $t) = @_;
		my $gate = one_of(@gates);
		return if ($t->{gates}{$gate} // {})->{block} || random(3);
		return decide($who, $t, $gate, 'Block') },
	lift => sub { my ($who, $t) = @_; return decide($who, $t, $hint // one_of(@gates), 'Lift') },
	assign => sub { my ($who, $t) = @_;
		my $x = one_of('codegen', 'codegen-alt', 'alice-checker', 'validator',
			'governance-orchestrator');
		my $to = "$department{$x}/$x";
		my ($id, @text) = packet('dispatch', $who, $t, "To: $to", '---', '', '## TASK', '',
			"Swap the matching algorithm ($t->{id})", '', 'Match 10 000 orders.', '',
			'## SCOPE', '', "- `src/v$t->{version}.c`", '', '## NOT-YOUR-JOB', '',
			'- The order book', '', '## DONE-WHEN', '', '- [ ] `make check` passes', '',
			'## VERIFY', '', 'Run `make check`.', '', '## PRIORITY', '', $t->{priority});
		return step($t, 'Assigned', $t->{status} eq 'Queued' && holds($who, 'assign') &&
			holds($x, 'work') && approved($t, 'pre-governance') && unblocked($t),
			"assign|$t->{id}|$x", sub {
				@$t{qw(status assignee accepted)} = ('Assigned', $x, 0);
				$t->{part}{human($x)} = 1 },
			set($t, 'Status' => 'Assigned', 'Assigned-To' => $to,
				'Assigned' => '2026-01-15'), lines(@text)) },
	accept => sub { my ($who, $t) = @_;
		return { legal => $t->{status} eq 'Assigned' && is_assignee($who, $t) &&
				!$t->{accepted},
			no_hand => $t->{accepted},
			act => "accept|$t->{id}", lines => [set($t, 'Accepted' => '2026-01-15')],
			do => sub { $t->{accepted} = 1 } } },
	start => sub { my ($who, $t) = @_;
		return step($t, 'In-Progress', $t->{status} eq 'Assigned' &&
			is_assignee($who, $t) && approved($t, 'pre-governance') && unblocked($t),
			"start|$t->{id}", sub { $t->{status} = 'In-Progress' },
			set($t, 'Status' => 'In-Progress', 'Started' => '2026-01-15')) },
	progress => sub { my ($who, $t) = @_;
		my ($id, @text) = packet('checkpoint', $who, $t, 'Progress: ' . random(100), '---',
			'', '## Notes', '', 'said');
		return if $final{$t->{status}};
		return { legal => is_assignee($who, $t), lines => [lines(@text)],
			act => "checkpoint|$t->{id}|||said",
			do => sub { $t->{part}{human($who)} = 1 } } },
	submit => sub { my ($who, $t) = @_;
		my ($id, @lines) = request_packet($who, $t, 'quality');
		return step($t, 'Review', $t->{status} eq 'In-Progress' &&
			is_assignee($who, $t) && unblocked($t) &&
			may_request($who, $t, 'quality', 'Review'),
			"submit|$t->{id}||||reports/test.log|Outputs=said;Test Results=said", sub {
				$t->{status} = 'Review';
				$t->{part}{human($who)} = 1;
				$t->{gates}{quality}{request} = { id => $id, answer => '',
					about => subject($t, 'quality') } },
			set($t, 'Status' => 'Review'), @lines) },
	rework => sub { my ($who, $t) = @_;
		my $asked = gate_state($t, 'quality') eq 'requested';
		my ($id, @lines) = decision_packet($who, $t, 'quality', 'Reject',
			$asked ? $t->{gates}{quality}{request}{id} : undef, $t->{path});
		return step($t, 'In-Progress', $t->{status} eq 'Review' &&
			holds($who, 'validate') && !had_a_part($who, $t), "rework|$t->{id}|||said||$rejects", sub {
				$t->{gates}{quality}{request}{answer} = 'Reject' if $asked;
				$t->{status} = 'In-Progress';
				$t->{rework}++ },
			set($t, 'Status' => 'In-Progress', 'Rework' => $t->{rework} + 1), @lines) },
	complete => sub { my ($who, $t) = @_;
		my ($id, @text) = packet('completion', $who, $t, 'To: Meta-Orchestrator', '---', '',
			'## Summary', '', 'said');
		return step($t, 'Complete', $t->{status} eq 'Review' && holds($who, 'complete') &&
			!grep({ !approved($t, $_) } @gates) && unblocked($t), "complete|$t->{id}",
			sub { $t->{status} = 'Complete'; $t->{path} = archive($t) },
			set($t, 'Status' => 'Complete', 'Completed' => '2026-01-15'), lines(@text),
			"move $t->{path} " . archive($t)) },
	block => sub { my ($who, $t) = @_;
		return step($t, 'Blocked', yes($t->{status} =~ /^(?:Assigned|In-Progress)$/) &&
			(is_assignee($who, $t) || holds($who, 'task.manage')),
			"block|$t->{id}|||said", sub {
				@$t{qw(from status)} = ($t->{status}, 'Blocked') },
			set($t, 'Status' => 'Blocked', 'Blocked-From' => $t->{status},
				'Blocked-Reason' => 'said')) },
	unblock => sub { my ($who, $t) = @_;
		my $to = $t->{status} eq 'Blocked' ? $t->{from} : one_of('Assigned', 'In-Progress');
		my $step = step($t, $to, $t->{status} eq 'Blocked' &&
			(is_assignee($who, $t) || holds($who, 'task.manage')), "unblock|$t->{id}",
			sub { $t->{status} = $to },
			set($t, 'Status' => $to, 'Blocked-From' => undef, 'Blocked-Reason' => undef));
		$step->{no_hand} ||= $t->{status} ne 'Blocked';
		return $step },
	cancel => sub { my ($who, $t) = @_;
		return if random(8);
		return step($t, 'Cancelled', holds($who, 'task.manage'),
			"cancel|$t->{id}|||said", sub {
				$t->{status} = 'Cancelled'; $t->{path} = archive($t) },
			set($t, 'Status' => 'Cancelled', 'Cancelled' => '2026-01-15',
				'Cancelled-Reason' => 'said'), "move $t->{path} " . archive($t)) },
	leave => sub { my ($who) = @_;
		my $x = one_of('codegen', 'alice-checker', 'validator');
		return if random(4) || $inactive{$x};
		return { legal => holds($who, 'roster'), act => "deactivate|$x",
			lines => ["set 05-PROCESSES/agents/$department{$x}/$x.md Status Inactive"],
			do => sub { $inactive{$x} = 1 } } },
	return => sub { my ($who) = @_;
		my ($x) = sort keys %inactive or return;
		return { legal => holds($who, 'roster'), act => "activate|$x",
			lines => ["set 05-PROCESSES/agents/$department{$x}/$x.md Status Active"],
			do => sub { delete $inactive{$x} } } },
);

sub text_of {
	my ($who) = @_;
	return ('---', 'Title: Swap the matching algorithm', 'Prompt: delivery-prompt',
		'Priority: HIGH', 'Due: 2026-03-01', 'Version: 1.0.0', 'Status: Queued',
		'Owner: Operations Orchestrator', 'Created: 2026-01-15', "Created-By: $who", '---',
		'', '## Objective', '', 'Match 10 000 orders.', '', '## Scope', '',
		'- `src/v0.c`', '', '## Not Your Job', '', '- The order book', '',
		'## Acceptance Criteria', '', '- [ ] `make check` passes', '', '## Verification', '',
		'Run `make check`.', '', '## Timeline', '', 'A week.', '', '## Dependencies', '',
		'None.', '', '## Resources', '', 'None.');
}
sub create {
	my ($who) = @_;
	my $id = 'task-' . $number++;
	my $path = "05-PROCESSES/active-tasks/$id.md";
	return { legal => holds($who, 'task.create'), act => "new|task|$id",
		lines => [lines("put $path", text_of($who))],
		do => sub { $tasks{$id} = { id => $id, path => $path, status => 'Queued',
			version => 0, rework => 0, priority => 'HIGH', gates => {},
			part => { human($who) => 1 } } } };
}

# --- asking ---

my ($pid, $in, $out);
sub begin {
	if ($pid) {
		close $in;
		waitpid $pid, 0;
		die "the tool failed" if $?;
	}
	system("rm -rf '$repository.now' && cp -a '$repository' '$repository.now'") and die;
	$pid = open2($out, $in, $tool, "$repository.now", 1768478400);
	(%tasks, %inactive) = ();
}

# Whoever is meant to do it more often than not, or nothing would get far.
sub likely {
	my ($name, $t) = @_;
	my %who = (edit => 'operations-orchestrator', assign => 'operations-orchestrator',
		complete => 'operations-orchestrator', leave => 'meta-orchestrator',
		return => 'meta-orchestrator', rework => 'validator');
	return $who{$name} if $who{$name};
	return $t->{assignee} if $name =~ /accept|start|progress|submit/;
	return one_of('operations-orchestrator', $t->{assignee} // ()) if $name eq 'request';
	return one_of('governance-orchestrator', 'validator', 'alice-checker')
		if $name =~ /approve|reject|lift|stop/;
	return undef;
}

# What would bring the task on, and by whom.
sub onward {
	my ($t) = @_;
	my ($lead, $gov) = ('operations-orchestrator', 'governance-orchestrator');
	my %next = (Assigned => 'start', 'In-Progress' => 'submit', Blocked => 'unblock');
	return ($next{$t->{status}}, $t->{assignee}) if $next{$t->{status}};
	for my $gate ($t->{status} eq 'Queued' ? 'pre-governance' :
			$t->{status} eq 'Review' ? qw(quality post-governance) : ()) {
		my $is = gate_state($t, $gate);
		next if $is eq 'approved';
		$hint = $gate;
		my $judge = $gate eq 'quality' ? one_of('validator', 'alice-checker') : $gov;
		return ('lift', $judge) if $is eq 'blocked';
		return ('approve', $judge) if $is eq 'requested';
		return ('request', $gates{$gate}{by} eq 'assignee' ? $t->{assignee} : $lead);
	}
	return ($t->{status} eq 'Queued' ? 'assign' : 'complete', $lead);
}

my (%seen, %reached);
my ($disagreed, $done, $legal, $hand) = (0) x 4;
while ($done < $actions) {
	begin() if $done % 200 == 0;
	my @open = grep { !$final{$tasks{$_}{status}} || !random(12) } sort keys %tasks;
	my $name = @open < 2 || !random(60) ? 'new' : one_of(sort keys %actions);
	my $t = @open ? $tasks{one_of(@open)} : undef;
	my $who = one_of(@people);
	$hint = undef;
	if ($name ne 'new') {
		if (random(3)) {
			my ($better, $by) = onward($t);
			($name, $who) = ($better, random(8) ? $by : $who);
		} elsif (random(2)) {
			$who = likely($name, $t) // $who;
		}
	}
	my $a = $name eq 'new' ? create($who) : $actions{$name}->($who, $t);
	next unless $a;
	$done++;
	print $in "try $who\n", map({ "$_\n" } @{$a->{lines}}), "act $a->{act}\ngo\n";
	$in->flush;
	my $said = <$out> // die "the tool ended at action $done";
	my ($hook, $audit, $ops) = split ' ', $said;
	my @answers = ($ops, $a->{no_hand} || $hook eq '=' ? () : ($hook, $audit));
	$hand += @answers > 1;
	$seen{$name}[$a->{legal} ? 0 : 1]++;
	if (grep { ($_ eq '-') != !!$a->{legal} } @answers) {
		$disagreed++;
		printf "action %d: %s by %s%s: the model says %s; hook %s, audit %s, ops %s\n%s",
			$done, $name, $who, $t ? " about $t->{id} ($t->{status}; " .
			join(', ', map { "$_ " . gate_state($t, $_) } @gates) . ')' : '',
			$a->{legal} ? 'legal' : 'illegal', $hook, $audit, $ops,
			join '', map { "    $_\n" } @{$a->{lines}};
		last if $disagreed == 5;
	}
	next unless $a->{legal} && $ops eq '-' && $hook eq '-';
	print $in "keep\n";
	$legal++;
	$a->{do}->();
	$reached{$t->{status}}++ if $t;
}
close $in;
waitpid $pid, 0;
my @one_sided = $actions < 10000 ? () : grep { !$seen{$_}[0] || !$seen{$_}[1] } 'new', sort keys %actions;
print "only legal, or only illegal: @one_sided\n" if @one_sided;
printf "%d actions, %d of them legal, %d tried by hand as well; reached %s: %d disagreements\n",
	$done, $legal, $hand, join(' ', map { "$_ $reached{$_}" } sort keys %reached), $disagreed;
exit($disagreed || @one_sided ? 1 : 0);
