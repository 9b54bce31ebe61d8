{{ config(materialized='table') }}
{% set g = graenser() %}
-- F10: whose value does a cell carry? The kommuner far from their own history are matched anew with
-- their expected values, as cheaply as can be. Cost is the distance on the root scale, so both lie
-- on a line, and on a line the cheapest matching is the sorted one: no solver is needed. Only the
-- suspects are matched, so that a kommune that is as it should be is not drawn in.

with forventning as (
    select * from {{ ref('int_kontrol__forventning') }}
    where doemmes and score is not null
),

serier as (
    select * from {{ ref('int_kontrol__serier') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

mistaenkte as (
    select
        *,
        row_number() over (maaned order by vaerdi asc, raekke_nr asc) as vaerdiens_plads,
        row_number() over (maaned order by forventet asc, raekke_nr asc) as ventet_plads
    from forventning
    where
        abs(score) > {{ graense(g, 'f10_mistanke') }}
        and abs(vaerdi - forventet) > {{ graense(g, 'f10_forskel') }}
    window maaned as (partition by scenarie, serie_id, periode_nr)
),

tildelte as (
    select
        egen.*,
        baerer.omraade_nr as baerer_nr,
        baerer.forventet as baerer_forventet,
        abs(egen.score)
        - 2 * abs(sqrt(egen.vaerdi) - sqrt(baerer.forventet)) / egen.spredning as gevinst
    from mistaenkte as egen
    inner join mistaenkte as baerer
        on
            egen.scenarie = baerer.scenarie
            and egen.serie_id = baerer.serie_id
            and egen.periode_nr = baerer.periode_nr
            and egen.vaerdiens_plads = baerer.ventet_plads
            and egen.omraade_nr <> baerer.omraade_nr
),

fundne as (
    select * from tildelte
    where gevinst > {{ graense(g, 'f10_gevinst') }}
),

navngivne as (
    select
        fundne.*,
        egne.omraade_navn,
        baerere.omraade_navn as baerer_navn,
        modpart.omraade_nr is not null as er_byttet
    from fundne
    inner join omraader as egne
        on fundne.omraade_nr = egne.omraade_nr
    inner join omraader as baerere
        on fundne.baerer_nr = baerere.omraade_nr
    left join fundne as modpart
        on
            fundne.scenarie = modpart.scenarie
            and fundne.serie_id = modpart.serie_id
            and fundne.periode_nr = modpart.periode_nr
            and fundne.baerer_nr = modpart.omraade_nr
            and fundne.omraade_nr = modpart.baerer_nr
),

final as (
    select
        navngivne.scenarie,
        serier.kilde,
        serier.tabel_id,
        navngivne.serie_id,
        navngivne.periode_nr,
        navngivne.omraade_nr,
        'F10' as regel_id,
        true as er_fund,
        1 as testet,
        0 as uden_styrke,
        navngivne.vaerdi,
        navngivne.forventet,
        navngivne.gevinst as score,
        cast({{ graense(g, 'f10_gevinst') }} as double) as graense,
        concat(
            case
                when navngivne.er_byttet
                    then concat(
                        'Byttet om: ',
                        least(navngivne.omraade_navn, navngivne.baerer_navn), ' og ',
                        greatest(navngivne.omraade_navn, navngivne.baerer_navn), '. '
                    )
                else ''
            end,
            navngivne.omraade_navn, ' bærer ', {{ ejefald('navngivne.baerer_navn') }},
            ' tal: ', {{ dansk_tal('navngivne.vaerdi') }}, ', hvor ', navngivne.omraade_navn,
            ' ventes at have ', {{ dansk_tal('navngivne.forventet') }}, ' og ',
            navngivne.baerer_navn, ' ', {{ dansk_tal('navngivne.baerer_forventet') }}, '.'
        ) as besked
    from navngivne
    inner join serier
        on navngivne.serie_id = serier.serie_id
    union all by name
    select
        forventning.scenarie,
        serier.kilde,
        serier.tabel_id,
        cast(null as integer) as serie_id,
        forventning.periode_nr,
        cast(null as integer) as omraade_nr,
        'F10' as regel_id,
        false as er_fund,
        count(*) - count(fundne.omraade_nr) as testet,
        0 as uden_styrke,
        max(case when fundne.omraade_nr is null then coalesce(tildelte.gevinst, 0) end) as score,
        cast({{ graense(g, 'f10_gevinst') }} as double) as graense,
        cast(null as varchar) as besked
    from forventning
    inner join serier
        on forventning.serie_id = serier.serie_id
    left join tildelte
        on
            forventning.scenarie = tildelte.scenarie
            and forventning.serie_id = tildelte.serie_id
            and forventning.periode_nr = tildelte.periode_nr
            and forventning.omraade_nr = tildelte.omraade_nr
    left join fundne
        on
            forventning.scenarie = fundne.scenarie
            and forventning.serie_id = fundne.serie_id
            and forventning.periode_nr = fundne.periode_nr
            and forventning.omraade_nr = fundne.omraade_nr
    group by all
)

select * from final
