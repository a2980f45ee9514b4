"""The four families that tell policies apart: solvable, sized, and each lost by who loses what it is about."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from statistics import fmean

import pytest

from harness import resolve
from harness.checks import judge
from harness.demands import demands_of
from harness.run import Run, build, execute
from harness.spec import Model, Policy, Spec
from harness.tokens import tools_tokens
from harness.types import Tool
from harness.world import Visit, World, perform
from scenarios.changes import changes, in_force
from scenarios.prose import prose

FAMILIES = ("triage_tickets", "assemble_release", "answer_from_manual", "book_trip")
COMPACTING = tuple(name for name in resolve.policy_classes() if name != "keep_all")
NOTHING_TO_DO = {
    ("drop_reads_after_edit", "triage_tickets"): "tickets are read by the page, and no call changes a page",
    ("drop_reads_after_edit", "answer_from_manual"): "nobody changes the manual that is read",
}
"""Where a policy is honestly the same as keeping everything, and why."""

WHATEVER_THE_BUDGET = {
    "mask_observations_rolling": "hides what is older than so many turns",
    "summarize_every_n": "counts exchanges",
    "mask_cache_aware": "acts from half the budget on, where a batch pays",
    "summarize_cache_aware": "acts where dragging costs more than a summary",
}
"""Policies with reasons of their own to act, and these."""
PROFILES = ("strong-2026", "mid", "weak")
ACTS = {
    "triage_tickets": ("file_ticket", "queue"),
    "assemble_release": ("publish", "setting"),
    "answer_from_manual": ("send_answer", "value"),
    "book_trip": ("book", "wishes"),
}
"""What does the work of a family, and an argument that is taken without a word."""


def asked(run: Run) -> list[int]:
    return [event.detail["tokens"] for event in run.events if event.site == "model" and event.kind == "request"]


def calls(run: Run, tool: str) -> list[str]:
    replies = [event.detail for event in run.events if event.site == "model" and event.kind == "reply"]
    return [call["arguments"] for reply in replies for call in reply["calls"] if call["name"] == tool]


@lru_cache(maxsize=512)
def of_policy(name: str, policy: str, budget: float, seed: int = 0) -> Run:
    return execute(Spec(name, policy=Policy(policy), view_budget=budget, seed=seed))


@lru_cache(maxsize=512)
def of_model(name: str, model: str, seed: int, horizon: int = 40) -> Run:
    return execute(Spec(name, model=Model(model), seed=seed, horizon=horizon))


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("horizon", [1, 2, 3, 10, 40, 400])
def test_a_clean_run_completes_in_about_as_many_turns_as_the_horizon(name: str, horizon: int) -> None:
    run = execute(Spec(name, horizon=horizon))
    assert judge(run).outcome == "pass", run.wrong
    assert abs(run.passages["model"] - horizon) <= max(4, horizon // 50)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("seed", range(5))
def test_every_seed_can_be_done_and_is_another_task(name: str, seed: int) -> None:
    run = of_policy(name, "keep_all", 1.0, seed)
    assert run.completed, run.wrong
    assert run.digest != of_policy(name, "keep_all", 1.0, seed + 1).digest
    assert run.world.state != of_policy(name, "keep_all", 1.0, seed + 1).world.state


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("horizon", [10, 40, 400])
@pytest.mark.parametrize("seed", [0, 3])
def test_the_working_set_is_what_a_view_that_keeps_everything_comes_to(name: str, horizon: int, seed: int) -> None:
    run = execute(Spec(name, horizon=horizon, seed=seed))
    assert 0.9 < run.setup.working_set / (asked(run)[-1]) < 1.1


@pytest.mark.parametrize("name", FAMILIES)
def test_a_view_that_keeps_everything_grows_as_real_ones_do(name: str) -> None:
    sizes = asked(of_policy(name, "keep_all", 1.0))
    assert 430 <= (sizes[-1] - sizes[0]) / (len(sizes) - 1) <= 914


@pytest.mark.parametrize("name", FAMILIES)
def test_equal_specs_give_equal_histories(name: str) -> None:
    spec = Spec(name, policy=Policy("summarize"), view_budget=0.5, model=Model("mid"), difficulty=1)
    assert execute(spec).digest == execute(replace(spec, view_budget=0.5)).digest


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("budget", [0.25, 0.5, 1.0])
def test_who_drops_everything_fails_where_there_is_anything_to_drop(name: str, budget: float) -> None:
    run = of_policy(name, "drop_all", budget)
    assert run.wrong
    assert judge(run).outcome == "fail"


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("policy", COMPACTING)
def test_at_a_quarter_every_policy_has_to_work_and_at_twice_the_working_set_none(name: str, policy: str) -> None:
    everything, quarter = asked(of_policy(name, "keep_all", 1.0)), asked(of_policy(name, policy, 0.25))
    if (policy, name) in NOTHING_TO_DO:
        assert quarter == everything
    else:
        assert max(quarter) < max(everything)
    assert policy in WHATEVER_THE_BUDGET or asked(of_policy(name, policy, 2.0)) == everything


@pytest.mark.parametrize("policy", WHATEVER_THE_BUDGET)
def test_who_acts_whatever_the_budget_does_so_somewhere(policy: str) -> None:
    everything = {name: asked(of_policy(name, "keep_all", 1.0)) for name in FAMILIES}
    assert any(asked(of_policy(name, policy, 2.0)) != everything[name] for name in FAMILIES)


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize("policy", ["summarize", "mask_observations"])
def test_who_keeps_what_matters_completes_in_half_of_the_working_set(name: str, policy: str) -> None:
    run = of_policy(name, policy, 0.5)
    assert run.completed, run.wrong
    assert sum(asked(run)) < 0.75 * sum(asked(of_policy(name, "keep_all", 1.0)))


@pytest.mark.parametrize("name", ["triage_tickets", "answer_from_manual"])
def test_what_was_cut_out_of_a_result_is_looked_up_again_where_the_call_is_still_shown(name: str) -> None:
    assert of_policy(name, "truncate_tool_output", 0.5).completed


@pytest.mark.parametrize("name", ["assemble_release", "book_trip"])
def test_a_cut_that_hides_the_newest_of_several_values_leaves_an_older_one_in_force(name: str) -> None:
    assert of_policy(name, "truncate_tool_output", 0.5).wrong


@pytest.mark.parametrize("name", FAMILIES)
def test_facts_stand_anywhere_in_the_results_that_tell_them(name: str) -> None:
    """Neither the head nor the tail of results keeps what matters: a policy that cuts the middle out has no easy life."""
    run = of_policy(name, "keep_all", 1.0)
    demands = demands_of(run.setup)
    assert demands is not None
    told = [content for event in run.events if event.kind == "result"
            for content in [event.detail.get("content", "")] if len(content) > 600]  # fmt: skip
    places = [
        content.index(f"\n{line}") / len(content)
        for content in told
        for line in content.split("\n")
        if line.partition(" = ")[0] in demands.roles and f"\n{line}" in content
    ]
    thirds = [sum(low <= place < low + 1 / 3 for place in places) / len(places) for low in (0, 1 / 3, 2 / 3)]
    assert min(thirds) > 0.1, thirds


@pytest.mark.parametrize("name", FAMILIES)
def test_a_window_that_slides_past_what_was_said_fails(name: str) -> None:
    assert of_policy(name, "sliding_window", 0.5).wrong


@pytest.mark.parametrize("name", FAMILIES)
def test_a_wrong_value_is_taken_without_a_word_and_fails_the_work(name: str) -> None:
    run = of_policy(name, "keep_all", 1.0)
    tool, argument = ACTS[name]
    right = calls(run, tool)[0]
    value = right.partition(f'"{argument}":"')[2].partition('"')[0]
    world, content = _done(run, tool, right.replace(value, "something-else"))
    assert not content.startswith("error")
    assert f"something-else, it is {value}" in (run.setup.check(world) or "")
    assert "2 times" in (run.setup.check(_done(run, tool, right, world)[0]) or "")
    assert "are not" in (run.setup.check(_done(run, tool, right)[0]) or "")


def _done(run: Run, name: str, arguments: str, world: World | None = None) -> tuple[World, str]:
    """A world in which one thing was done, with the beginning of the run behind it unless another is given."""
    setup = build(resolve.scenario(run.spec.scenario), run.spec)
    tool: Tool = next(tool for tool in setup.tools if tool.name == name)
    key = f"key {len((world or setup.world).effects)}"
    changed, result = perform(world or setup.world, tool, arguments, Visit("1", key, 0, 0))
    return changed, result.content or f"error: {result.error}"


@pytest.mark.parametrize("name", FAMILIES)
def test_what_belongs_to_one_item_only_is_checked_at_once(name: str) -> None:
    run = of_policy(name, "keep_all", 1.0)
    tool, _ = ACTS[name]
    own = {"file_ticket": "receipt", "publish": "artifact", "send_answer": "sender", "book": "offer"}[tool]
    right = calls(run, tool)[0]
    value = right.partition(f'"{own}":"')[2].partition('"')[0]
    world, content = _done(run, tool, right.replace(value, "0000"))
    assert content.startswith("error") and not len(world.effects)


@pytest.mark.parametrize("name", FAMILIES)
def test_what_a_model_makes_up_is_plausible_and_always_wrong(name: str) -> None:
    for seed in range(20):
        spec = Spec(name, seed=seed)
        setup = build(resolve.scenario(name), spec)
        work = setup.model("perfect").work
        stated = "\n".join(event.detail["content"] for event in of_policy(name, "keep_all", 1.0, seed).events if
                           event.kind == "result" and "content" in event.detail) if seed < 3 else ""  # fmt: skip
        for fact, guess in work.guesses.items():
            assert " " in fact and guess
            assert f"\n{fact} = {guess}\n" not in f"\n{stated}\n"


@pytest.mark.parametrize("name", FAMILIES)
def test_no_line_of_what_surrounds_the_facts_looks_like_one(name: str) -> None:
    for event in of_policy(name, "keep_all", 1.0).events:
        for line in str(event.detail.get("content", "")).split("\n") if event.kind == "result" else ():
            fact, sign, _ = line.partition(" = ")
            assert not sign or " " in fact or fact == "done"


@pytest.mark.parametrize("name", FAMILIES)
def test_better_models_complete_more_often(name: str) -> None:
    strong, mid, weak = (fmean(of_model(name, model, seed).completed for seed in range(20)) for model in PROFILES)
    assert strong >= mid >= weak
    assert strong > weak
    assert 0.4 < strong < 1 and mid < 0.8


@pytest.mark.parametrize("name", FAMILIES)
def test_the_plain_program_does_the_work_without_a_model(name: str) -> None:
    run = execute(Spec(name, orchestrator="no_model"))
    assert run.completed and "model" not in run.passages


@pytest.mark.parametrize("name", FAMILIES)
def test_a_model_that_is_said_to_be_perfect_is_so_at_every_size_of_task(name: str) -> None:
    assert execute(Spec(name, horizon=4_000, policy=Policy("summarize"), view_budget=20_000)).completed


def test_hard_tasks_stay_hard_at_every_trial() -> None:
    """The intra-task correlation of completion, by analysis of variance over tasks of all families, 6 trials each."""
    trials, tasks = 6, [(name, seed) for name in FAMILIES for seed in range(15)]
    done = [
        [
            execute(Spec(name, 20, difficulty=2, seed=seed, model=Model("strong-2026", trial=k))).completed
            for k in range(trials)
        ]
        for name, seed in tasks
    ]
    means = [fmean(one) for one in done]
    mean = fmean(means)
    between = trials * sum((one - mean) ** 2 for one in means) / (len(tasks) - 1)
    within = sum(trials * one * (1 - one) for one in means) / (len(tasks) * (trials - 1))
    correlation = (between - within) / (between + (trials - 1) * within)
    assert 0.25 < correlation < 0.8
    assert fmean(one == 1 for one in means) > 2 * mean**trials


@pytest.mark.parametrize("name", FAMILIES)
def test_the_families_crash_in_samples_only(name: str) -> None:
    assert not resolve.scenario(name).crashes


@pytest.mark.parametrize("name", FAMILIES)
def test_the_tools_are_small_beside_the_work(name: str) -> None:
    assert tools_tokens(of_policy(name, "keep_all", 1.0).setup.tools) < 600


@pytest.mark.parametrize("size", [0, 1, 2, 700, 5_600])
def test_prose_is_as_long_as_it_is_to_be(size: int) -> None:
    assert len(prose("key", size, ("One sentence of it.", "Another one, with the number #."))) == size


def test_the_newest_decision_on_a_topic_holds() -> None:
    decided = changes(("the colour", "the size"), 10, 2, "key")
    held = in_force(decided, 10)
    assert [change.before for change in decided] == [1, 3, 5, 7, 9]
    assert [sorted(step) for step in held[:3]] == [["the colour"], ["the colour"], ["the colour", "the size"]]
    for step, known in enumerate(held, 1):
        for topic, change in known.items():
            assert change == [one for one in decided if one.topic == topic and one.before <= step][-1]
    assert len({change.value for change in decided}) == len(decided)
