with maal as (
    select * from {{ ref('int_resultatmaal') }}
    where baseline_art is not null
),

maaneder as (
    select * from {{ ref('int_baseline_maaneder') }}
),

vintager as (
    select * from {{ ref('int_vintager') }}
),

budget as (
    select * from {{ ref('budget') }}
),

versioner as (
    select * from {{ ref('fct_ydelser_vintage') }}
),

-- Each kommune's months; the same number for all that are compared.
pr_kommune as (
    select
        maaneder.plan_id,
        maaneder.maal_nr,
        maaneder.tidspunkt,
        maaneder.kommune_kode,
        count(*) as naevner,
        sum(maaneder.vaerdi) as taeller,
        {{ samlet_status('maaneder.status', 'count(*)') }} as status,
        bool_or(maaneder.er_syntetisk) as er_syntetisk
    from maaneder
    group by maaneder.plan_id, maaneder.maal_nr, maaneder.tidspunkt, maaneder.kommune_kode
),

-- Best first. A kommune without a figure cannot be placed, and is counted beside.
ordnet as (
    select
        pr_kommune.*,
        maal.baseline_art = 'gruppens_bedste_tredjedel' as er_gruppe,
        count(*) over gruppe as gruppe_antal,
        count(*) filter (pr_kommune.status = 'A') over gruppe as gruppe_med_tal,
        bool_or(pr_kommune.er_syntetisk) over gruppe as gruppe_er_syntetisk,
        row_number() over (
            gruppe
            order by
                pr_kommune.status <> 'A',
                case maal.retning
                    when '<=' then pr_kommune.taeller else -pr_kommune.taeller
                end,
                pr_kommune.kommune_kode
        ) as plads
    from pr_kommune
    inner join maal
        on pr_kommune.plan_id = maal.plan_id and pr_kommune.maal_nr = maal.maal_nr
    window gruppe as (partition by pr_kommune.plan_id, pr_kommune.maal_nr, pr_kommune.tidspunkt)
),

-- The best third of n is the first third of n, rounded up; the last of it has the value asked for.
af_maaneder as (
    select
        plan_id,
        maal_nr,
        tidspunkt,
        taeller,
        naevner,
        status,
        gruppe_er_syntetisk as er_syntetisk,
        case when er_gruppe then gruppe_antal end as gruppe_antal,
        case when er_gruppe then gruppe_med_tal end as gruppe_med_tal
    from ordnet
    where plads = greatest((gruppe_med_tal + 2) // 3, 1)
),

af_budget as (
    select
        maal.plan_id,
        maal.maal_nr,
        tider.tidspunkt,
        max_by(budget.vaerdi, budget.budget_dato) as taeller,
        1 as naevner,
        case when count(budget.vaerdi) > 0 then 'A' else 'N' end as status,
        false as er_syntetisk,
        null as gruppe_antal,
        null as gruppe_med_tal
    from maal
    cross join (values ('vedtaget'), ('revideret')) as tider (tidspunkt)
    left join budget
        on
            maal.kommune_kode = budget.kommune_kode
            and maal.indikator_id = budget.indikator_id
            and maal.baseline_periode = budget.periode
            and (tider.tidspunkt = 'revideret' or maal.vedtaget_dato >= budget.budget_dato)
    where maal.baseline_art = 'budget'
    group by maal.plan_id, maal.maal_nr, tider.tidspunkt
),

-- The source's expected value; a count or a share, as the mål is.
af_forventet as (
    select
        maal.plan_id,
        maal.maal_nr,
        tider.tidspunkt,
        max(versioner.vaerdi) as taeller,
        1 as naevner,
        coalesce(max(versioner.status), 'N') as status,
        coalesce(bool_or(versioner.er_syntetisk), false) as er_syntetisk,
        null as gruppe_antal,
        null as gruppe_med_tal
    from maal
    cross join (values ('vedtaget'), ('revideret')) as tider (tidspunkt)
    left join versioner
        on
            maal.forventet_gruppe = versioner.begreb
            and maal.kommune_kode = versioner.omraade_kode
            and maal.baseline_periode = versioner.periode
            and case maal.enhed_beregnet
                when 'procent' then 'forventet_andel_pct' else 'forventet_antal'
            end = versioner.maaling_navn
            and case tider.tidspunkt
                when 'revideret' then versioner.gyldig_til is null
                else
                    maal.vedtaget_dato + interval 1 day > versioner.gyldig_fra
                    and (
                        versioner.gyldig_til is null
                        or maal.vedtaget_dato + interval 1 day <= versioner.gyldig_til
                    )
            end
    where maal.baseline_art = 'forventet'
    group by maal.plan_id, maal.maal_nr, tider.tidspunkt
),

alle as (
    select * from af_maaneder
    union all by name
    select * from af_budget
    union all by name
    select * from af_forventet
),

-- The first time that the table was landed; nothing was known before.
foerste as (
    select
        tabel_id,
        min(hentet_utc) as hentet_utc
    from vintager
    group by tabel_id
),

regnet as (
    select
        maal.plan_id,
        maal.maal_nr,
        alle.tidspunkt,
        case
            when alle.status = 'A'
                then {{ kvotient_halvt_op('alle.taeller', 'alle.naevner', 'maal.decimaler') }}
        end as vaerdi,
        case
            when
                alle.tidspunkt = 'vedtaget'
                and maal.baseline_art in ('budget', 'forventet')
                and alle.status = 'N' then 'F'
            when
                alle.tidspunkt = 'vedtaget'
                and maal.baseline_art not in ('budget', 'forventet')
                and coalesce(foerste.hentet_utc >= maal.vedtaget_dato + interval 1 day, true)
                then 'F'
            else coalesce(alle.status, 'N')
        end as status,
        coalesce(alle.er_syntetisk, false) as er_syntetisk,
        alle.gruppe_antal,
        alle.gruppe_med_tal
    from maal
    left join alle
        on maal.plan_id = alle.plan_id and maal.maal_nr = alle.maal_nr
    left join foerste
        on maal.tabel_id = foerste.tabel_id
),

final as (
    select
        plan_id,
        maal_nr,
        max(vaerdi) filter (where tidspunkt = 'vedtaget') as baseline_beregnet,
        coalesce(max(status) filter (where tidspunkt = 'vedtaget'), 'N')
            as baseline_beregnet_status,
        max(vaerdi) filter (where tidspunkt = 'revideret') as baseline_revideret,
        coalesce(max(status) filter (where tidspunkt = 'revideret'), 'N')
            as baseline_revideret_status,
        bool_or(er_syntetisk) as er_syntetisk,
        cast(max(gruppe_antal) filter (where tidspunkt = 'revideret') as integer) as gruppe_antal,
        cast(max(gruppe_antal - gruppe_med_tal) filter (where tidspunkt = 'revideret') as integer)
            as gruppe_uden_tal
    from regnet
    group by plan_id, maal_nr
)

select * from final
