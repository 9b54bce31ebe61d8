with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

maaneder as (
    select * from {{ ref('int_indikator_maaneder') }}
),

brud as (
    select * from {{ ref('int_indikator_brud') }}
),

revision as (
    select * from {{ ref('revision_forventet') }}
    where frigivelse is null and omraade_kode is null
),

-- The kommune's own figures; the newest of a month.
lokale as (
    select
        *,
        cast(date_trunc('month', opgjort_dato) as date) as maaned
    from {{ ref('lokale_tal') }}
    qualify
        row_number() over (
            partition by plan_id, maal_nr, date_trunc('month', opgjort_dato)
            order by opgjort_dato desc
        ) = 1
),

foerste_lokale as (
    select
        plan_id,
        maal_nr,
        min(maaned) as maaned
    from lokale
    group by plan_id, maal_nr
),

kalender as (
    select
        maal.plan_id,
        maal.maal_nr,
        cast(unnest(generate_series(
            least(maal.maal_fra, maal.baseline_fra, foerste_lokale.maaned),
            maal.maal_til,
            interval 1 month
        )) as date) as maaned
    from maal
    left join foerste_lokale
        on maal.plan_id = foerste_lokale.plan_id and maal.maal_nr = foerste_lokale.maal_nr
),

nyeste as (
    select
        indikator_id,
        max(maaned) as maaned
    from maaneder
    group by indikator_id
),

-- A dated break lies between baseline and month, a disturbed stretch in one of them; a run-off
-- has begun.
ramt as (
    select
        kalender.plan_id,
        kalender.maal_nr,
        kalender.maaned,
        brud.virkning,
        coalesce(brud.bro_tekst, brud.beskrivelse) as tekst
    from kalender
    inner join maal
        on kalender.plan_id = maal.plan_id and kalender.maal_nr = maal.maal_nr
    inner join brud
        on maal.indikator_id = brud.indikator_id
    where
        case
            when brud.virkning = 'afloeb' then brud.fra_maaned <= kalender.maaned
            when brud.til_maaned is null
                then {{ ligger_over_brud('brud', 'maal.baseline_fra', 'kalender.maaned') }}
            else
                kalender.maaned between brud.fra_maaned and brud.til_maaned
                or (brud.fra_maaned <= maal.baseline_til and brud.til_maaned >= maal.baseline_fra)
        end
),

pr_virkning as (
    select
        plan_id,
        maal_nr,
        maaned,
        string_agg(distinct tekst, '; ' order by tekst) filter (where virkning = 'databrud')
            as brud,
        string_agg(distinct tekst, '; ' order by tekst) filter (where virkning = 'broet') as bro,
        string_agg(distinct tekst, '; ' order by tekst) filter (where virkning = 'muligt_brud')
            as muligt_brud,
        string_agg(distinct tekst, '; ' order by tekst) filter (where virkning = 'afloeb')
            as afloeb,
        string_agg(distinct tekst, '; ' order by tekst) filter (where virkning = 'suspension')
            as suspension
    from ramt
    group by plan_id, maal_nr, maaned
),

samlet as (
    select
        kalender.plan_id,
        kalender.maal_nr,
        kalender.maaned,
        maal.tabel_id,
        maal.maaling_navn,
        maal.enhed_beregnet as enhed,
        {{ maaned_som_periode('kalender.maaned') }} as periode,
        case
            when lokale.antal_k is not null
                then {{ kvotient_halvt_op('100 * lokale.antal_k', 'lokale.antal_n', 1) }}
            when lokale.plan_id is not null then lokale.vaerdi
            else maaneder.vaerdi
        end as aktuel_vaerdi,
        case
            when maal.indikator_id is not null then coalesce(maaneder.status, 'N')
            when coalesce(lokale.vaerdi, lokale.antal_k) is not null then 'A'
        end as aktuel_status,
        coalesce(maaneder.er_foreloebig, false) as er_foreloebig,
        coalesce(maaneder.er_syntetisk, false) as er_syntetisk,
        maaneder.hentet_utc,
        date_diff('month', kalender.maaned, nyeste.maaned) + 1 as alder_mdr,
        lokale.opgjort_dato as lokal_dato,
        lokale.kilde as lokal_kilde,
        last_value(lokale.antal_n ignore nulls) over (
            partition by kalender.plan_id, kalender.maal_nr order by kalender.maaned
        ) as antal_n,
        lokale.antal_k,
        pr_virkning.brud,
        pr_virkning.bro,
        pr_virkning.muligt_brud,
        pr_virkning.afloeb,
        pr_virkning.suspension
    from kalender
    inner join maal
        on kalender.plan_id = maal.plan_id and kalender.maal_nr = maal.maal_nr
    left join maaneder
        on
            maal.indikator_id = maaneder.indikator_id
            and maal.kommune_kode = maaneder.kommune_kode
            and kalender.maaned = maaneder.maaned
    left join nyeste
        on maal.indikator_id = nyeste.indikator_id
    left join lokale
        on
            kalender.plan_id = lokale.plan_id
            and kalender.maal_nr = lokale.maal_nr
            and kalender.maaned = lokale.maaned
    left join pr_virkning
        on
            kalender.plan_id = pr_virkning.plan_id
            and kalender.maal_nr = pr_virkning.maal_nr
            and kalender.maaned = pr_virkning.maaned
),

-- How much a month of this age may still move; a local figure does not.
final as (
    select
        samlet.plan_id,
        samlet.maal_nr,
        samlet.maaned,
        samlet.periode,
        samlet.aktuel_vaerdi,
        samlet.aktuel_status,
        samlet.er_foreloebig,
        samlet.er_syntetisk,
        samlet.hentet_utc,
        coalesce(revision.p95_pct, 0) as revision_pct,
        samlet.lokal_dato,
        samlet.lokal_kilde,
        samlet.antal_n,
        samlet.antal_k,
        samlet.brud,
        samlet.bro,
        samlet.muligt_brud,
        samlet.afloeb,
        samlet.suspension
    from samlet
    left join revision
        on
            samlet.tabel_id = revision.tabel_id
            and samlet.maaling_navn = revision.maaling_navn
            and {{ aldersklasse('samlet.alder_mdr') }} = revision.alder_mdr
            and {{ stoerrelse("'kommune'", 'samlet.enhed', 'samlet.aktuel_vaerdi') }}
            = revision.stoerrelse
)

select * from final
